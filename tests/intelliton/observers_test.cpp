// The observers as seen from a source of states: batches, generation, pairs.

#include "../temporary_folder.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/archive.h"
#include "phasescope/base/error.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/intelliton/species_report.h"
#include "phasescope/intelliton/trajectory_observer.h"
#include "phasescope/report/species_json.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Packed = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Index kPoints = 9;
constexpr Index kWidth = 12;

/// Deterministic states without structure.
Packed states_of(std::int64_t sequence, Index point, Index tokens) {
  return Packed::NullaryExpr(tokens, kWidth, [=](Index t, Index d) {
    return static_cast<float>(std::sin(1.7 * static_cast<double>(d + 1) * static_cast<double>(t + 2) +
                                       0.37 * static_cast<double>(sequence + 1) * static_cast<double>(d) +
                                       0.11 * static_cast<double>(point)) +
                              0.05 * static_cast<double>(point));
  });
}

states::StateMatrix view_of(const Packed& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.cols())};
}

states::Sequence sequence_of(std::int64_t index, const std::string& category, std::int64_t tokens) {
  states::Sequence sequence;
  sequence.index = index;
  sequence.category = category;
  sequence.name = category + "/" + std::to_string(index);
  sequence.prompt_tokens = tokens;
  return sequence;
}

/// Rows [first, last) of each sequence at one state point, packed.
void show(states::Observer& observer, const std::vector<states::Sequence>& sequences, Index point,
          Index first, Index last, states::Phase phase) {
  std::vector<states::Segment> segments;
  Packed packed(0, kWidth);
  for (const auto& sequence : sequences) {
    const Index end = last < 0 ? sequence.prompt_tokens : last;
    const Packed rows = states_of(sequence.index, point, end).bottomRows(end - first);
    segments.push_back({sequence.index, packed.rows(), rows.rows(), first});
    packed.conservativeResize(packed.rows() + rows.rows(), kWidth);
    packed.bottomRows(rows.rows()) = rows;
  }
  const Packed none(0, kWidth);
  observer.observe({point, kPoints, false, phase, view_of(packed), view_of(none), &segments});
}

void show_prompts(states::Observer& observer, const std::vector<states::Sequence>& sequences) {
  for (Index point = 0; point < kPoints; ++point)
    show(observer, sequences, point, 0, -1, states::Phase::prompt);
}

TEST(FieldObserver, DoesNotDependOnBatches) {
  const std::vector<states::Sequence> all{sequence_of(0, "a", 7), sequence_of(1, "a", 5),
                                          sequence_of(2, "b", 9)};
  FieldObserver together(all, Options{}, true), apart(all, Options{}, true);
  show_prompts(together, all);
  for (const auto& sequence : all) show_prompts(apart, {sequence});
  for (const auto& sequence : all) {
    EXPECT_EQ(together.details(sequence.name)->singular_values,
              apart.details(sequence.name)->singular_values);
  }
}

TEST(FieldObserver, CutsLongPrompts) {
  Options options;
  options.max_tokens = 4;
  FieldObserver observer({sequence_of(0, "a", 7)}, options, true);
  show_prompts(observer, {sequence_of(0, "a", 7)});
  EXPECT_EQ(observer.details("a/0")->tokens, 4);
}

TEST(FieldObserver, TakesTheFirstPromptOfTheFirstCategoryInWhateverOrderItComes) {
  const std::vector<states::Sequence> all{sequence_of(0, "a", 7), sequence_of(1, "b", 5),
                                          sequence_of(2, "a", 6)};
  FieldObserver observer(all, Options{}, false);
  for (const std::size_t place : {1, 2, 0}) show_prompts(observer, {all[place]});
  EXPECT_EQ(observer.representative_name(), "a/0");
  EXPECT_EQ(observer.representative()->tokens, 7);
  FieldObserver without_first(all, Options{}, false);
  for (const std::size_t place : {1, 2}) show_prompts(without_first, {all[place]});
  EXPECT_EQ(without_first.representative_name(), "a/2");
  ASSERT_NE(without_first.representative(), nullptr);
  EXPECT_EQ(without_first.representative()->tokens, 6);
}

TEST(FieldObserver, RefusesAnUnknownRepresentative) {
  Options options;
  options.representative = "a/5";
  EXPECT_THROW(FieldObserver({sequence_of(0, "a", 7)}, options, false), Error);
}

TEST(FieldObserver, LeavesOutWhatWasNotSeenToTheEnd) {
  FieldObserver observer({sequence_of(0, "a", 7), sequence_of(1, "b", 5)}, Options{}, false);
  show_prompts(observer, {sequence_of(0, "a", 7)});
  show(observer, {sequence_of(1, "b", 5)}, 0, 0, -1, states::Phase::prompt);
  const auto categories = observer.take_categories();
  ASSERT_EQ(categories.size(), 1u);
  EXPECT_EQ(categories[0].name, "a");
}

/// The wave packet that ends at `length` tokens, computed from its states directly.
ModeObservables direct_packet(const states::Sequence& sequence, Index length) {
  FieldBuilder builder(kPoints, 20);
  for (Index point = 0; point < kPoints; ++point) {
    const Packed window = states_of(sequence.index, point, length).bottomRows(std::min<Index>(6, length));
    builder.add_point(view_of(window));
  }
  return mode_observables(FieldAnalyzer(kPoints, Options{})(builder.statistics()));
}

TEST(TrajectoryObserver, FollowsTheLastTokensStepByStep) {
  const auto sequence = sequence_of(0, "a", 7);
  TrajectoryObserver observer({sequence}, Options{}, {6, 8});
  show_prompts(observer, {sequence});
  for (Index length = 8; length <= 10; ++length) {
    for (Index point = 0; point < kPoints; ++point) {
      show(observer, {sequence}, point, length - 1, length, states::Phase::generation);
    }
  }
  const auto& steps = observer.trajectories().front().steps;
  ASSERT_EQ(steps.size(), 4u);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const ModeObservables expected = direct_packet(sequence, 7 + static_cast<Index>(step));
    EXPECT_EQ(steps[step].middle_singular_values, expected.middle_singular_values) << step;
    EXPECT_EQ(steps[step].middle_right, expected.middle_right) << step;
  }
}

TEST(TrajectoryObserver, TakesSeveralGeneratedTokensAtOnce) {
  const auto sequence = sequence_of(0, "a", 3);  // shorter than the window
  TrajectoryObserver observer({sequence}, Options{}, {6, 4});
  show_prompts(observer, {sequence});
  for (Index point = 0; point < kPoints; ++point)
    show(observer, {sequence}, point, 3, 9, states::Phase::generation);
  const auto& steps = observer.trajectories().front().steps;
  ASSERT_EQ(steps.size(), 4u);  // no more than asked for
  EXPECT_EQ(steps[0].middle_singular_values, direct_packet(sequence, 3).middle_singular_values);
  EXPECT_EQ(steps[3].middle_singular_values, direct_packet(sequence, 6).middle_singular_values);
}

TEST(PairObserver, SaysWhyPromptsOfDifferentBatchesAreNotCompared) {
  const auto a = sequence_of(0, "a", 7), b = sequence_of(1, "a", 6);
  PairObserver observer({{"a", 0, 1}}, Options{});
  show_prompts(observer, {a});
  show_prompts(observer, {b});
  ASSERT_EQ(observer.pairs().size(), 1u);
  EXPECT_FALSE(observer.pairs()[0].signature);
  EXPECT_NE(observer.pairs()[0].reason, "");
}

TEST(PairObserver, ReadsConfidenceAtTheEndOfThePrompt) {
  PairObserver observer({{"a", 0, 1}}, Options{});
  show_prompts(observer, {sequence_of(0, "a", 7), sequence_of(1, "a", 6)});
  states::Prediction prediction;
  prediction.position = 6;
  prediction.top1 = 0.75;
  observer.observe_prediction(prediction);
  prediction.position = 7;  // a generated token
  prediction.top1 = 0.5;
  observer.observe_prediction(prediction);
  EXPECT_EQ(observer.pairs()[0].grounded_confidence, 0.75);
  EXPECT_FALSE(observer.pairs()[0].other_confidence);
}

TEST(PairObserver, FindsAPromptIdenticalToItself) {
  PairObserver observer({{"a", 0, 0}}, Options{});
  show_prompts(observer, {sequence_of(0, "a", 7)});
  const PairSignature signature = *observer.pairs()[0].signature;
  EXPECT_NEAR(signature.spectral_divergence.cwiseAbs().maxCoeff(), 0, 1e-9);
  EXPECT_NEAR(signature.common_stability, 1, 1e-6);
  EXPECT_FALSE(signature.flagged);
}

/// What an observer of the same sequences knows after it was told what this one saved.
template <class Observer>
void pass_on(const Observer& from, const std::vector<std::int64_t>& sequences, Observer& to) {
  ArchiveWriter saved;
  from.save_finished(sequences, saved);
  ArchiveReader reader(saved.bytes());
  to.load_finished(reader);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(FieldObserver, ContinuesFromWhatWasSaved) {
  const std::vector<states::Sequence> all{sequence_of(0, "a", 7), sequence_of(1, "b", 5),
                                          sequence_of(2, "a", 6), sequence_of(3, "a", 8)};
  FieldObserver whole(all, Options{}, false), first(all, Options{}, false), second(all, Options{}, false),
      third(all, Options{}, false);
  for (const std::size_t place : {1, 2, 0, 3}) show_prompts(whole, {all[place]});
  show_prompts(first, {all[1]});
  pass_on(first, {1}, second);
  pass_on(first, {1}, third);
  show_prompts(second, {all[2]});
  pass_on(second, {2}, third);
  EXPECT_EQ(third.representative_name(), "a/2");
  EXPECT_EQ(third.details("b/1"), nullptr) << "it is not the representative any more";
  show_prompts(third, {all[0]});
  show_prompts(third, {all[3]});
  EXPECT_EQ(third.representative_name(), "a/0");
  EXPECT_EQ(third.representative()->flow.running_mass, whole.representative()->flow.running_mass);
  const auto expected = whole.take_categories(), found = third.take_categories();
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t c = 0; c < expected.size(); ++c) {
    EXPECT_EQ(found[c].right_sum, expected[c].right_sum) << expected[c].name;
    ASSERT_EQ(found[c].prompts.size(), expected[c].prompts.size());
    for (std::size_t i = 0; i < expected[c].prompts.size(); ++i) {
      const FieldSummary &a = found[c].prompts[i], &b = expected[c].prompts[i];
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(a.amplitude, b.amplitude);
      EXPECT_EQ(a.last_layer, b.last_layer);
      EXPECT_EQ(a.middle_right, b.middle_right);
      EXPECT_EQ(a.matched.log_amplitude, b.matched.log_amplitude);
      EXPECT_EQ(a.matched.growth_rate, b.matched.growth_rate);
    }
  }
}

/// More prompts than keep arrays, some of them through an archive.
Json report_of_many(const std::filesystem::path& scratch) {
  std::vector<states::Sequence> all;
  for (std::int64_t i = 0; i < 150; ++i) all.push_back(sequence_of(i, i % 40 == 0 ? "b" : "a", 3 + i % 6));
  SpeciesOptions options;
  options.robust.draws = 40;
  options.match.shuffle_layers_draws = options.match.shuffle_tokens_draws = 20;
  options.sign_audit_draws = 5;
  FieldObserver first(all, options.field, false, options.match, scratch),
      second(all, options.field, false, options.match, scratch);
  const auto show_some = [&](FieldObserver& observer, std::int64_t begin, std::int64_t end) {
    show_prompts(observer, {all.begin() + begin, all.begin() + end});
  };
  show_some(first, 0, 90);
  std::vector<std::int64_t> seen(90);
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = static_cast<std::int64_t>(i);
  pass_on(first, seen, second);
  show_some(second, 90, 150);
  return report::species_to_json(species_report(second, options), nullptr, true);
}

TEST(FieldObserver, ReportsTheSameWithSummariesOnDisk) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(report_of_many(folder.path()), report_of_many({}));
}

TEST(PairObserver, ContinuesFromWhatWasSaved) {
  const std::vector<PromptPair> pairs = {{"a", 0, 1}, {"b", 2, 3}};
  PairObserver first(pairs, Options{}), second(pairs, Options{});
  show_prompts(first, {sequence_of(0, "a", 7), sequence_of(1, "a", 6)});
  states::Prediction prediction;
  prediction.position = 6;
  prediction.top1 = 0.75;
  first.observe_prediction(prediction);
  pass_on(first, {0, 1}, second);
  show_prompts(second, {sequence_of(2, "b", 7), sequence_of(3, "b", 6)});
  ASSERT_TRUE(second.pairs()[0].signature);
  EXPECT_EQ(second.pairs()[0].signature->mode_stability, first.pairs()[0].signature->mode_stability);
  EXPECT_EQ(second.pairs()[0].grounded_confidence, 0.75);
  EXPECT_TRUE(second.pairs()[1].signature);
  EXPECT_FALSE(first.pairs()[1].signature);
}

TEST(TrajectoryObserver, ContinuesFromWhatWasSaved) {
  const auto a = sequence_of(0, "a", 7), b = sequence_of(1, "a", 5);
  TrajectoryObserver first({a, b}, Options{}, {6, 8}), second({a, b}, Options{}, {6, 8});
  show_prompts(first, {a});
  first.finish_sequence(0);
  pass_on(first, {0}, second);
  show_prompts(second, {b});
  ASSERT_EQ(second.trajectories()[0].steps.size(), 1u);
  EXPECT_EQ(second.trajectories()[0].steps[0].middle_right, direct_packet(a, 7).middle_right);
  EXPECT_EQ(second.trajectories()[1].steps[0].middle_right, direct_packet(b, 5).middle_right);
}

states::Sequence member(std::int64_t index, const std::string& category, const std::string& pair,
                        const std::string& role) {
  states::Sequence sequence = sequence_of(index, category, 5);
  sequence.pair = pair;
  sequence.role = role;
  return sequence;
}

TEST(Pairs, AreReadFromIdsAndRoles) {
  const std::vector<states::Sequence> sequences{
      member(0, "rivers", "p1", "grounded"), member(1, "rivers", "p1", "prone"),
      member(2, "rivers", "p2", "prone"), member(3, "rivers", "p2", "grounded"),
      member(4, "style", "", "style")};
  const auto pairs = pairs_of(sequences);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[1].grounded, 3);
  EXPECT_EQ(pairs[1].other, 2);
  const auto controls = controls_of(pairs);
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].grounded, 0);
  EXPECT_EQ(controls[0].other, 3);
  EXPECT_THAT(batch_groups(pairs), ::testing::ElementsAre(::testing::ElementsAre(0, 1, 2, 3)));
  EXPECT_THROW(pairs_of({member(0, "rivers", "p1", "grounded")}), Error);
}

}  // namespace
}  // namespace phasescope::intelliton
