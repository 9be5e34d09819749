#include "phasescope/curvature/observer.h"

#include "trajectories.h"

#include <gtest/gtest.h>

#include "phasescope/base/archive.h"
#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"
#include "phasescope/curvature/regime_report.h"
#include "phasescope/report/regime_json.h"

namespace phasescope::curvature {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t points = 4;
constexpr Eigen::Index width = 11;

/// One invented sequence: its states at every point, [tokens, width].
struct Source {
  states::Sequence sequence;
  std::vector<Rows> states;

  std::int64_t tokens() const { return states[0].rows(); }
};

Source source(std::int64_t index, std::int64_t prompt_tokens, Eigen::Index tokens) {
  Source result;
  result.sequence.index = index;
  result.sequence.id = "prompt-" + std::to_string(index);
  result.sequence.category = index % 2 == 0 ? "even" : "odd";
  result.sequence.prompt_tokens = prompt_tokens;
  for (std::int64_t point = 0; point < points; ++point) {
    const auto seed = static_cast<std::uint64_t>(100 * index + point);
    result.states.push_back(testing::walk_states(tokens, width, seed).cast<float>());
  }
  return result;
}

std::vector<Source> three_sources() {
  return {source(0, 9, 20), source(1, 12, 31), source(2, 7, 25)};
}

/// Rows [first, end) of each source, packed into one view a point; in the order and with the flags of a run.
void show(TrajectoryObserver& observer, const std::vector<Source>& sources, states::Phase phase,
          const std::vector<std::pair<std::int64_t, std::int64_t>>& ranges) {
  for (std::int64_t point = 0; point < points; ++point) {
    Rows packed(0, width + 3);  // wider than the states: views have an outer stride
    std::vector<states::Segment> segments;
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const auto [first, end] = ranges[s];
      if (first >= end) continue;
      segments.push_back({sources[s].sequence.index, packed.rows(), end - first, first});
      packed.conservativeResize(packed.rows() + end - first, Eigen::NoChange);
      packed.bottomLeftCorner(end - first, width) =
          sources[s].states[static_cast<std::size_t>(point)].middleRows(first, end - first);
    }
    const states::StateMatrix view(packed.data(), packed.rows(), width, Eigen::OuterStride<>(packed.cols()));
    const states::StateMatrix none(packed.data(), 0, width, Eigen::OuterStride<>(packed.cols()));
    observer.observe({point, points, false, phase, view, none, &segments});
  }
}

std::vector<states::Sequence> sequences_of(const std::vector<Source>& sources) {
  std::vector<states::Sequence> sequences;
  for (const Source& item : sources) sequences.push_back(item.sequence);
  return sequences;
}

void finish_all(TrajectoryObserver& observer, const std::vector<Source>& sources) {
  for (const Source& item : sources) observer.finish_sequence(item.sequence.index);
}

RunOptions options_for(const Definition& definition) {
  RunOptions options;
  options.definition = definition;
  options.null_draws = 20;
  options.sensitivity = true;
  options.keep_steps = true;
  return options;
}

/// Everything the runs say, as bytes.
std::string bytes_of(std::vector<RunResult> runs, const Definition& definition) {
  std::string bytes;
  for (const RunResult& run : runs) bytes += report::steps_to_json(run, {}).dump();
  ReportOptions options;
  options.run = options_for(definition);
  options.bootstrap_draws = 100;
  options.bands = testing::published_bands();
  return bytes +
         report::regime_to_json(make_regime_report(std::move(runs), {}, options), Json::object()).dump();
}

std::string in_one_view(const Definition& definition) {
  const auto sources = three_sources();
  TrajectoryObserver observer(options_for(definition), sequences_of(sources));
  show(observer, sources, states::Phase::prompt, {{0, 20}, {0, 31}, {0, 25}});
  finish_all(observer, sources);
  return bytes_of(observer.take_results(), definition);
}

/// Prompts in one view, then one row of each living sequence at a time.
std::string token_by_token(const Definition& definition) {
  const auto sources = three_sources();
  TrajectoryObserver observer(options_for(definition), sequences_of(sources));
  show(observer, sources, states::Phase::prompt, {{0, 9}, {0, 12}, {0, 7}});
  for (std::int64_t step = 0; step < 19; ++step) {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (const Source& item : sources) {
      const std::int64_t position = item.sequence.prompt_tokens + step;
      ranges.emplace_back(position, std::min(position + 1, item.tokens()));
    }
    show(observer, sources, states::Phase::generation, ranges);
  }
  finish_all(observer, sources);
  return bytes_of(observer.take_results(), definition);
}

/// One sequence after the other, in another order.
std::string one_by_one(const Definition& definition) {
  const auto sources = three_sources();
  TrajectoryObserver observer(options_for(definition), sequences_of(sources));
  for (const std::size_t s : {2U, 0U, 1U}) {
    show(observer, {sources[s]}, states::Phase::prompt, {{0, sources[s].tokens()}});
    observer.finish_sequence(sources[s].sequence.index);
  }
  return bytes_of(observer.take_results(), definition);
}

TEST(TrajectoryObserver, GivesTheSameBytesHoweverStatesArrive) {
  for (const char* id : {"l2/chordxturning/causal/generated/last", "raw/arcxmenger/centred/both/2",
                         "centred/cosinexthree_point/causal/prompt/last",
                         "standardised/chordxsecond_difference/causal/generated/1"}) {
    Definition definition = parse_ct_id(id);
    definition.skip = 2;
    const std::string expected = in_one_view(definition);
    EXPECT_EQ(token_by_token(definition), expected) << id;
    EXPECT_EQ(one_by_one(definition), expected) << id;
  }
}

TEST(TrajectoryObserver, ContinuesFromWhatWasSaved) {
  const auto sources = three_sources();
  const auto show_one = [&](TrajectoryObserver& observer, std::size_t s) {
    show(observer, {sources[s]}, states::Phase::prompt, {{0, sources[s].tokens()}});
    observer.finish_sequence(sources[s].sequence.index);
  };
  TrajectoryObserver stopped(options_for({}), sequences_of(sources));
  show_one(stopped, 2);
  show_one(stopped, 0);
  ArchiveWriter saved;
  stopped.save_finished({0, 1, 2}, saved);  // sequence 1 has not ended
  TrajectoryObserver continued(options_for({}), sequences_of(sources));
  ArchiveReader reader(saved.bytes());
  continued.load_finished(reader);
  EXPECT_EQ(reader.remaining(), 0U);
  ArchiveReader again(saved.bytes());
  EXPECT_THROW(continued.load_finished(again), cereal::Exception) << "these sequences have ended";
  show_one(continued, 1);
  EXPECT_EQ(bytes_of(continued.take_results(), {}), in_one_view({}));
}

TEST(TrajectoryObserver, GivesTheSameBytesOnAnyNumberOfThreads) {
  set_thread_count(1);
  const std::string alone = in_one_view({});
  set_thread_count(3);
  EXPECT_EQ(in_one_view({}), alone);
  set_thread_count(0);
}

// The whole trajectory at once, from positions P-1 on.
TEST(TrajectoryObserver, TakesTheSpanThatWasAskedFor) {
  const auto sources = three_sources();
  for (const auto& [span, first, end] : std::vector<std::tuple<Span, int, int>>{
           {Span::generated, 11, 31}, {Span::prompt, 6, 12}, {Span::both, 6, 31}}) {
    Definition definition;
    definition.span = span;
    TrajectoryObserver observer(options_for(definition), {sources[1].sequence});
    show(observer, sources, states::Phase::prompt, {{0, 20}, {0, 31}, {0, 25}});
    finish_all(observer, sources);
    const auto runs = observer.take_results();
    ASSERT_EQ(runs.size(), 1U);
    for (const LayerResult& layer : runs[0].layers) {
      const States states = sources[1]
                                .states[static_cast<std::size_t>(layer.layer)]
                                .middleRows(first, end - first)
                                .cast<double>();
      const auto terms = testing::terms_of(states, definition);
      EXPECT_EQ(layer.n_steps, terms.ct.size());
      EXPECT_EQ(layer.ratio_norm, run_statistics(terms, Clip::raw).ratio_norm.value());
      if (layer.layer != points - 1) continue;
      EXPECT_EQ(runs[0].steps.ct, terms.ct);
      EXPECT_EQ(runs[0].steps.positions.front(), first + 2);
    }
  }
}

TEST(TrajectoryObserver, PutsTokensBesideTheNewestState) {
  const Source item = source(0, 5, 12);
  TrajectoryObserver observer(options_for({}), {item.sequence});
  show(observer, {item}, states::Phase::prompt, {{0, 12}});
  observer.set_token_ids(0, {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110});
  states::Prediction prediction;
  prediction.position = 7;
  prediction.token = 70;
  prediction.top1 = 0.5;
  prediction.margin = 0.25;
  prediction.entropy = 1.5;
  observer.observe_prediction(prediction);
  observer.finish_sequence(0);
  const RunSteps steps = observer.take_results()[0].steps;
  EXPECT_EQ(steps.positions, (std::vector<std::int64_t>{6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(steps.token_ids, (std::vector<std::int64_t>{60, 70, 80, 90, 100, 110}));
  EXPECT_EQ(steps.entropy[1], 1.5);
  EXPECT_TRUE(std::isnan(steps.entropy[0]));
}

TEST(TrajectoryObserver, NamesDroppedPositionsAndClosesTheGap) {
  Source item = source(0, 5, 14);
  for (Rows& rows : item.states) rows.row(8).setZero();
  item.states[points - 1](10, 3) = std::numeric_limits<float>::infinity();
  TrajectoryObserver observer(options_for({}), {item.sequence});
  show(observer, {item}, states::Phase::prompt, {{0, 14}});
  observer.finish_sequence(0);
  const RunResult run = observer.take_results()[0];
  EXPECT_EQ(run.dropped_states, (std::vector<std::int64_t>{8, 10}));
  EXPECT_EQ(run.steps.positions, (std::vector<std::int64_t>{6, 7, 9, 11, 12, 13}));
  EXPECT_EQ(run.layers[0].n_steps, 7U);  // only one dropped there
}

TEST(TrajectoryObserver, ReadsTheLastPointWhereItWasAskedTo) {
  const Source item = source(0, 5, 12);
  for (const StatePoint wanted : {StatePoint::pre_norm, StatePoint::post_norm}) {
    Definition definition;
    definition.state_point = wanted;
    TrajectoryObserver observer(options_for(definition), {item.sequence});
    show(observer, {item}, states::Phase::prompt, {{0, 12}});  // before the final norm
    const Rows& normed = item.states[0];
    const std::vector<states::Segment> segments = {{0, 0, 12, 0}};
    const states::StateMatrix view(normed.data(), 12, width, Eigen::OuterStride<>(width));
    observer.observe({points - 1, points, true, states::Phase::prompt, view, view, &segments});
    observer.finish_sequence(0);
    const auto& expected = wanted == StatePoint::post_norm ? normed : item.states[points - 1];
    EXPECT_EQ(observer.take_results()[0].steps.ct,
              testing::terms_of(expected.bottomRows(8).cast<double>(), definition).ct);
  }
}

TEST(TrajectoryObserver, TellsShortFailedAndUnfinishedRunsApart) {
  const std::vector<Source> sources = {source(0, 5, 8), source(1, 5, 20), source(2, 5, 20), source(3, 5, 9)};
  TrajectoryObserver observer(options_for({}), sequences_of(sources));
  show(observer, sources, states::Phase::prompt, {{0, 8}, {0, 20}, {0, 20}, {0, 9}});
  observer.finish_sequence(0);
  observer.finish_sequence(3);
  observer.mark_failed(1, "no memory");
  observer.finish_sequence(1);
  const auto runs = observer.take_results();
  EXPECT_EQ(runs[0].status, RunStatus::too_short);  // four states
  EXPECT_EQ(runs[0].n_steps, 2U);
  EXPECT_EQ(runs[0].reason, "found 4 states, expected at least 5");
  EXPECT_EQ(runs[1].status, RunStatus::failed);
  EXPECT_EQ(runs[1].reason, "no memory");
  EXPECT_EQ(runs[2].status, RunStatus::failed);
  EXPECT_FALSE(runs[2].reason.empty());
  EXPECT_EQ(runs[3].status, RunStatus::ok);
  EXPECT_EQ(runs[3].n_steps, 3U);
}

TEST(TrajectoryObserver, RefusesALayerThatDoesNotExist) {
  const Source item = source(0, 5, 12);
  Definition definition;
  definition.layer = points;
  TrajectoryObserver observer(options_for(definition), {item.sequence});
  EXPECT_THROW(show(observer, {item}, states::Phase::prompt, {{0, 12}}), Error);
}

}  // namespace
}  // namespace phasescope::curvature
