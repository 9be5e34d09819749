#include "../places.h"
#include "golden_case.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/formats/csv.h"
#include "phasescope/formats/json_schema.h"
#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/report/diagnostics_csv.h"
#include "phasescope/report/diagnostics_json.h"

namespace phasescope::intelliton {
namespace {

using testing::GoldenCase;

std::vector<std::optional<double>> values(std::initializer_list<double> numbers) {
  return {numbers.begin(), numbers.end()};
}

MeasureRow row_of(const std::vector<PairedMeasure>& measures, std::size_t place,
                  const std::vector<std::size_t>& categories) {
  return measure_table(measures, categories, {200, 4000, 1, 1})[place];
}

TEST(MeasureTable, FindsAPerfectSeparation) {
  const PairedMeasure measure{"m", false, values({1, 2, 3, 4, 5, 6}), values({11, 12, 13, 14, 15, 16})};
  const MeasureRow row = row_of({measure}, 0, {0, 0, 0, 0, 0, 0});
  EXPECT_EQ(row.auc.value, 1.0);
  EXPECT_EQ(row.mean_difference.value, 10.0);
  // 2 of the 2^6 labellings reach the observed difference.
  EXPECT_NEAR(*row.p_value, 2.0 / 64, 0.01);
}

TEST(MeasureTable, FindsNothingWhereThereIsNothing) {
  const PairedMeasure measure{"m", false, values({1, 2, 3, 4}), values({2, 1, 4, 3})};
  const MeasureRow row = row_of({measure}, 0, {0, 0, 0, 0});
  EXPECT_EQ(row.auc.value, 0.5);
  EXPECT_EQ(row.mean_difference.value, 0.0);
  EXPECT_EQ(row.p_value, 1.0);
}

TEST(MeasureTable, WarnsWhenLengthDoesAsWell) {
  const PairedMeasure weak{"weak", false, values({1, 2, 3, 4, 5}), values({2, 1, 4, 3, 9})};
  const PairedMeasure strong{"strong", false, values({1, 2, 3, 4, 5}), values({6, 7, 8, 9, 10})};
  const PairedMeasure length{kPromptLength, true, values({5, 5, 6, 6, 7}), values({7, 6, 8, 5, 7})};
  const auto rows = measure_table({weak, strong, length}, {0, 0, 0, 0, 0}, {100, 100, 1, 1});
  EXPECT_EQ(rows[0].length_does_as_well, true);
  EXPECT_EQ(rows[1].length_does_as_well, false);
  EXPECT_FALSE(rows[2].length_does_as_well);
  // Pairs 1, 3 and 4 differ by at most a token: too few.
  EXPECT_FALSE(rows[0].auc_length_matched.value);
  EXPECT_NE(rows[0].auc_length_matched.reason, "");
}

TEST(MeasureTable, LeavesOutPairsThatLackAValue) {
  PairedMeasure measure{"m", false, values({1, 2}), values({3, 4})};
  measure.other[1] = std::nullopt;
  EXPECT_EQ(row_of({measure}, 0, {0, 0}).pairs, 1u);
  measure.other[0] = std::nullopt;
  const MeasureRow row = row_of({measure}, 0, {0, 0});
  EXPECT_FALSE(row.auc.value);
  EXPECT_FALSE(row.p_value);
}

ComparedPair pair_with_peak(const std::string& category, double peak) {
  ComparedPair pair;
  pair.pair.category = category;
  PairSignature signature;
  signature.spectral_divergence = signature.entropy_gap = Eigen::VectorXd::Constant(4, peak);
  signature.decay_strength = signature.tunneling_score = signature.common_stability = peak;
  pair.signature = signature;
  return pair;
}

std::vector<ComparedPair> pairs_with_peaks(const std::vector<double>& peaks) {
  std::vector<ComparedPair> pairs;
  for (const double peak : peaks) pairs.push_back(pair_with_peak("a", peak));
  return pairs;
}

TEST(CalibratedFlags, DoNotFlagPairsThatAreLikeControls) {
  const auto peaks = pairs_with_peaks({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0});
  const CalibratedFlag flag = calibrate_flags(peaks, peaks, {0.1, 200, 500, 1}).front();
  EXPECT_EQ(flag.auc.value, 0.5);
  EXPECT_NEAR(*flag.flag_rate.value, 0.1, 1e-12);
  EXPECT_GT(*flag.p_value, 0.3);
}

TEST(CalibratedFlags, FlagPairsBeyondTheControls) {
  const auto controls = pairs_with_peaks({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0});
  const auto pairs = pairs_with_peaks({2, 3, 4, 5, 6, 7});
  const CalibratedFlag flag = calibrate_flags(pairs, controls, {0.1, 200, 500, 1}).front();
  EXPECT_EQ(flag.auc.value, 1.0);
  EXPECT_EQ(flag.flag_rate.value, 1.0);
  EXPECT_LT(*flag.p_value, 0.01);
  EXPECT_LE(*flag.false_alarm_rate, 0.2);
}

TEST(CalibratedFlags, SayWhenThereAreNoControls) {
  const CalibratedFlag flag = calibrate_flags(pairs_with_peaks({1, 2}), {}, {}).front();
  EXPECT_FALSE(flag.threshold);
  EXPECT_NE(flag.reason, "");
}

/// A golden case whose first two categories play pairs of a grounded and a prone prompt.
struct PlayedPairs {
  explicit PlayedPairs(int number) : golden(number), sequences(golden.sequences()) {
    for (auto& sequence : sequences) {
      sequence.pair = "pair " + std::to_string(sequence.index / 2);
      sequence.role = sequence.index % 2 == 0 ? "grounded" : "prone";
    }
    if (sequences.size() % 2 == 1) sequences.back().role = "style";
  }

  DiagnosticsReport report() const {
    FieldObserver fields(sequences, golden.options(), false);
    PairObserver pairs(pairs_of(sequences), golden.options());
    TrajectoryObserver trajectories(sequences, golden.options(), {});
    for (states::Observer* observer :
         {static_cast<states::Observer*>(&fields), static_cast<states::Observer*>(&pairs),
          static_cast<states::Observer*>(&trajectories)}) {
      golden.show_to(*observer);
    }
    const Catalog catalog =
        build_catalog(fields.take_categories(), *fields.representative(), golden.options());
    DiagnosticsOptions options;
    options.field = golden.options();
    options.draws = options.permutations = 100;
    DiagnosticsInput input;
    input.sequences = &sequences;
    input.pairs = &pairs;
    input.trajectories = &trajectories;
    input.species = &catalog.species;
    input.prompt_nll = {{0, 2.5}, {1, 3.5}};
    return diagnostics_report(input, options);
  }

  GoldenCase golden;
  std::vector<states::Sequence> sequences;
};

std::vector<std::string> violations(const Json& document) {
  static const Json schema = read_json_file(shipped_configs() / "schemas" / "diagnostics.schema.json");
  std::vector<std::string> found;
  for (const auto& violation : formats::validate(schema, document)) {
    found.push_back(violation.path + ": " + violation.reason);
  }
  return found;
}

TEST(DiagnosticsReport, ObeysItsSchemaInEveryGoldenCase) {
  for (const int number : {1, 2, 3, 4, 6, 7, 8}) {
    const Json json = report::diagnostics_to_json(PlayedPairs(number).report(), Json::object());
    EXPECT_THAT(violations(json), ::testing::IsEmpty()) << "case " << number;
  }
}

TEST(DiagnosticsReport, ObeysItsSchemaWithoutPairsAndDynamics) {
  const std::vector<states::Sequence> none;
  DiagnosticsInput input;
  input.sequences = &none;
  const Json json = report::diagnostics_to_json(diagnostics_report(input, {}), nullptr);
  EXPECT_THAT(violations(json), ::testing::IsEmpty());
  EXPECT_TRUE(json.at("published").at("pairs").is_null());
}

TEST(DiagnosticsReport, WritesOneTableRowAnEntry) {
  const DiagnosticsReport report = PlayedPairs(6).report();
  std::size_t leading = 0;
  for (const auto& trajectory : report.dynamics->trajectories) {
    for (const auto& step : trajectory.steps) leading += step.leading.size();
  }
  EXPECT_EQ(formats::parse_csv(report::trajectory_to_csv(report), "t").size(), leading + 1);
  EXPECT_EQ(formats::parse_csv(report::pairs_to_csv(report), "p").size(),
            report.pairs->pairs.size() + report.pairs->controls.size() + 1);
  EXPECT_EQ(formats::parse_csv(report::transitions_to_csv(report), "e").size(),
            report.dynamics->transitions.size() + 1);
}

TEST(HeldOutScores, JudgeAPairByTheOthersOnly) {
  const DiagnosticsReport report = PlayedPairs(6).report();
  std::size_t grounded = 0;
  for (const auto& trajectory : report.dynamics->trajectories)
    grounded += trajectory.sequence.role == "grounded";
  for (const HeldOutScore& score : report.held_out) {
    EXPECT_EQ(score.profile_prompts, score.sequence.role == "style" ? grounded : grounded - 1);
    double sum = 0;
    for (const auto& term : score.terms) sum += *term;
    EXPECT_NEAR(sum, *score.shift, 1e-12);
  }
}

/// One step with this occupation of its only species, whose other terms are 0.
StepObservation step_with(double occupation) {
  SpeciesObservation observation;
  observation.occupation = occupation;
  observation.pole_mass = observation.resonance_width = 0.0;
  observation.wavefunction_z = 1;
  return {{observation}, {0}, {}};
}

ObservedTrajectory trajectory_with(const std::string& role, const std::vector<double>& occupations) {
  ObservedTrajectory trajectory;
  trajectory.sequence.category = "facts";
  trajectory.sequence.role = role;
  for (const double occupation : occupations) trajectory.steps.push_back(step_with(occupation));
  return trajectory;
}

// Shifts are 0.45 times the occupation: 0.45, 1.35 and 2.25, with mean 1.35 and deviation 0.9.
TEST(GroundedActivation, AveragesTheShiftsOfGroundedPrompts) {
  const GroundedActivation grounded =
      grounded_activation({trajectory_with("grounded", {1, 3}), trajectory_with("prone", {100}),
                           trajectory_with("grounded", {5}), trajectory_with("grounded", {})},
                          500, 1);
  EXPECT_EQ(grounded.prompts, 2u);
  EXPECT_EQ(grounded.observations, 3u);
  EXPECT_NEAR(*grounded.mean.value, 1.35, 1e-12);
  EXPECT_NEAR(*grounded.deviation, 0.9 + 1e-6, 1e-12);
  // Resamples of two prompts: the first twice (0.9), both, or the second twice (2.25).
  EXPECT_NEAR(*grounded.mean.low, 0.9, 1e-12);
  EXPECT_NEAR(*grounded.mean.high, 2.25, 1e-12);
}

TEST(GroundedActivation, IsUndefinedWithoutGroundedPromptsOrPropagator) {
  const GroundedActivation none = grounded_activation({trajectory_with("prone", {1})}, 10, 1);
  EXPECT_FALSE(none.mean.value);
  EXPECT_NE(none.mean.reason, "");
  EXPECT_FALSE(none.deviation);
  ObservedTrajectory shallow = trajectory_with("grounded", {1});
  shallow.steps[0].species[0].pole_mass.reset();
  EXPECT_EQ(grounded_activation({shallow}, 10, 1).mean.reason, kNoPropagator);
}

}  // namespace
}  // namespace phasescope::intelliton
