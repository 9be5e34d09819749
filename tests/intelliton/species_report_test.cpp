#include "phasescope/intelliton/species_report.h"

#include "../places.h"
#include "golden_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/formats/csv.h"
#include "phasescope/formats/json_schema.h"
#include "phasescope/intelliton/null_marks.h"
#include "phasescope/report/catalog_csv.h"
#include "phasescope/report/species_json.h"

namespace phasescope::intelliton {
namespace {

using testing::GoldenCase;

SpeciesReport report_of(const GoldenCase& golden, SpeciesOptions options) {
  options.field = golden.options();
  FieldObserver observer(golden.sequences(), options.field, false, options.match);
  golden.show_to(observer);
  return species_report(observer, options);
}

SpeciesOptions every_option() {
  SpeciesOptions options;
  options.match.shuffle_tokens_draws = options.match.shuffle_layers_draws = 30;
  options.robust.draws = 200;
  options.sign_audit_draws = 20;
  return options;
}

std::vector<std::string> violations(const Json& document) {
  static const Json schema = read_json_file(shipped_configs() / "schemas" / "species.schema.json");
  std::vector<std::string> found;
  for (const auto& violation : formats::validate(schema, document)) {
    found.push_back(violation.path + ": " + violation.reason);
  }
  return found;
}

TEST(SpeciesReport, ObeysItsSchemaInEveryGoldenCase) {
  for (int number = 1; number <= 8; ++number) {
    const GoldenCase golden(number);
    const Json json = report::species_to_json(report_of(golden, every_option()), Json::object(), true);
    EXPECT_THAT(violations(json), ::testing::IsEmpty()) << "case " << number;
    EXPECT_EQ(Json::parse(json.dump()), json);
  }
}

TEST(SpeciesReport, ObeysItsSchemaWithoutNullsAndAudit) {
  const GoldenCase golden(3);
  SpeciesOptions options;
  options.robust.draws = 50;
  const Json json = report::species_to_json(report_of(golden, options), nullptr, false);
  EXPECT_THAT(violations(json), ::testing::IsEmpty());
  EXPECT_TRUE(json.at("robust").at("sign_audit").is_null());
  EXPECT_FALSE(json.at("published").at("species").at(0).contains("vector"));
}

TEST(SpeciesReport, GivesNullsWithReasonsWhenThereIsNoPropagator) {
  const GoldenCase golden(3);
  SpeciesOptions options;
  options.robust.draws = 50;
  options.field = golden.options();
  options.field.skip_layers = 6;  // the case has 7 state points
  FieldObserver observer(golden.sequences(), options.field, true, options.match);
  golden.show_to(observer);
  const Json json = report::species_to_json(species_report(observer, options), nullptr, false);
  EXPECT_THAT(violations(json), ::testing::IsEmpty());
  const Json& species = json.at("published").at("species").at(0);
  EXPECT_TRUE(species.at("pole_mass").is_null());
  EXPECT_EQ(species.at("pole_mass_reason"), kNoPropagator);
  EXPECT_TRUE(species.at("amplitude").is_number());
}

TEST(SpeciesReport, IsMarkedAgainstANullRun) {
  const GoldenCase golden(1);
  SpeciesOptions options;
  options.robust.draws = 50;
  SpeciesReport report = report_of(golden, options);
  const SpeciesReport other = report_of(GoldenCase(7), options);
  RobustReport empty;
  empty.n_species.estimate = stats::Estimate::undefined("no prompt was analysed");
  const ModelNull itself = compare_with_null_runs("random-weights", report.robust, {report.robust});
  const ModelNull nothing = compare_with_null_runs("random-weights", report.robust, {empty});
  ASSERT_EQ(itself.of_run.front().name, "n_species");
  EXPECT_EQ(itself.of_run.front().inside, std::vector<std::optional<bool>>{true});
  ASSERT_EQ(itself.of_species[1].name, "growth_rate");
  EXPECT_EQ(itself.of_species[1].inside.front(), true);
  EXPECT_FALSE(nothing.of_species[1].range);
  EXPECT_FALSE(nothing.of_species[1].inside.front());
  report.model_nulls = {itself, nothing,
                        compare_with_null_runs("random-embedding", report.robust, {other.robust, empty})};
  EXPECT_EQ(report.model_nulls[2].networks, 2U);
  EXPECT_THAT(violations(report::species_to_json(report, nullptr, false)), ::testing::IsEmpty());
  EXPECT_THAT(marks_text(species_marks(report, 0)), ::testing::HasSubstr("growth_rate (random-weights"));
}

/// Fields at the edge of what can be analysed: [points, tokens, width], all states equal to `value`.
SpeciesReport report_of_constant(Eigen::Index points, Eigen::Index tokens, Eigen::Index width, float value) {
  states::Sequence sequence;
  sequence.name = "a/0";
  sequence.category = "a";
  sequence.prompt_tokens = tokens;
  SpeciesOptions options = every_option();
  FieldObserver observer({sequence}, options.field, true, options.match);
  const std::vector<float> states(static_cast<std::size_t>(tokens * width), value);
  const std::vector<states::Segment> segments{{0, 0, tokens, 0}};
  const states::StateMatrix view(states.data(), tokens, width, Eigen::OuterStride<>(width));
  for (Eigen::Index point = 0; point < points; ++point) {
    observer.observe({point, points, false, states::Phase::prompt, view, view, &segments});
  }
  return species_report(observer, options);
}

TEST(SpeciesReport, SurvivesTheSmallestFields) {
  for (const Eigen::Index points : {2, 3, 6, 7}) {
    for (const Eigen::Index tokens : {1, 2, 3}) {
      for (const Eigen::Index width : {1, 5}) {
        for (const float value : {0.0F, 2.0F}) {
          const Json json =
              report::species_to_json(report_of_constant(points, tokens, width, value), nullptr, true);
          EXPECT_THAT(violations(json), ::testing::IsEmpty())
              << points << " " << tokens << " " << width << " " << value;
        }
      }
    }
  }
}

TEST(SpeciesReport, HasNoSpeciesWhereThereAreNoStates) {
  EXPECT_TRUE(report_of_constant(7, 3, 5, 0).published.species.empty());
  EXPECT_EQ(report_of_constant(7, 3, 5, 0).robust.n_species.estimate.value, 0.0);
  EXPECT_EQ(report_of_constant(7, 3, 5, 2).published.species.size(), 1u);
}

TEST(SpeciesReport, RefusesASinglePointAndNoPrompt) {
  EXPECT_THROW(report_of_constant(1, 3, 5, 2), Error);
  FieldObserver nothing({}, Options{}, false);
  EXPECT_THROW(species_report(nothing, {}), Error);
}

TEST(SpeciesReport, CountsNonfiniteStates) {
  const GoldenCase golden(5);
  SpeciesOptions options;
  options.robust.draws = 20;
  // The case was made with 13 points x 6 tokens of 16 channels of which a few entries are not finite.
  EXPECT_GT(report_of(golden, options).nonfinite_states, 0);
  EXPECT_EQ(report_of(GoldenCase(1), options).nonfinite_states, 0);
}

// Source of the expected cells: the published implementation's rounded catalogue (tests/data/intelliton).
TEST(SpeciesReport, WritesThePublishedTable) {
  const GoldenCase golden(2);
  SpeciesOptions options;
  options.robust.draws = 20;
  const auto rows =
      formats::parse_csv(report::catalog_to_csv(report_of(golden, options).published), "catalog.csv");
  const Json& expected = golden.expected().at("catalog").at("species_rounded");
  ASSERT_EQ(rows.size(), expected.size() + 1);
  EXPECT_THAT(rows[0].cells,
              ::testing::ElementsAre("Name", "Spin", "Mass(pole)", "Mass(lat)", "Mass(bare)", "Mass(ren)",
                                     "Category", "Momentum", "Helicity", "v_group", "FP Layer", "FP Type",
                                     "gamma", "Z", "Layers", "Amplitude", "Active In"));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& cells = rows[i + 1].cells;
    EXPECT_EQ(cells[0], "I_" + std::to_string(i));
    EXPECT_EQ(std::stod(cells[1]), expected[i].at("spin").get<double>());
    EXPECT_EQ(std::stod(cells[2]), expected[i].at("pole_mass").get<double>());
    EXPECT_EQ(cells[6], expected[i].at("mass_category").get<std::string>());
    EXPECT_EQ(std::stod(cells[13]), expected[i].at("wavefunction_Z").get<double>());
    EXPECT_EQ(std::stod(cells[15]), expected[i].at("amplitude").get<double>());
  }
}

}  // namespace
}  // namespace phasescope::intelliton
