#include "phasescope/curvature/observer.h"

#include "run_archive.h"

#include <algorithm>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::curvature {
namespace {

/// Below this many numbers a view is not worth sharing between threads: a step of a generation waits for
/// memory, which a second thread does not hasten.
constexpr std::int64_t worth_threads = 1 << 16;

constexpr const char* not_finished = "its states did not arrive to the end";

RunStates run_states(const std::vector<std::int64_t>& positions, const std::vector<float>& rows,
                     std::int64_t width) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto count = static_cast<Eigen::Index>(positions.size());
  return {positions, Eigen::Map<const Rows>(rows.data(), count, width).cast<double>()};
}

/// The rows of a segment whose positions are in the range, counted from its first.
states::RowRange rows_within(const PositionRange& range, const states::Segment& segment) {
  const auto row_at = [&](std::int64_t position) {
    return std::clamp<std::int64_t>(position - segment.first_position, 0, segment.rows);
  };
  return {row_at(range.first), row_at(range.end) - row_at(range.first)};
}

std::int64_t headline_point(const Definition& definition, std::int64_t points) {
  const std::int64_t point = definition.layer.value_or(points - 1);
  if (point < points) return point;
  throw Error(ExitClass::usage, {{},
                                 "layer",
                                 std::nullopt,
                                 "found " + std::to_string(point),
                                 "a state point from 0 to " + std::to_string(points - 1)});
}

}  // namespace

TrajectoryObserver::TrajectoryObserver(const RunOptions& options,
                                       const std::vector<states::Sequence>& sequences)
    : options_(options) {
  for (const states::Sequence& sequence : sequences) {
    RunResult& run = results_[sequence.index];
    run.index = sequence.index;
    run.prompt = sequence.prompt;
    run.run = sequence.run;
    run.id = sequence.id;
    run.category = sequence.category;
    run.reason = not_finished;
    Live& live = live_[sequence.index];
    live.sequence = sequence.index;
    live.range = span_positions(options.definition, sequence.prompt_tokens);
  }
}

std::unique_ptr<TrajectoryObserver::PointStates> TrajectoryObserver::new_point(std::int64_t point) const {
  auto states = std::make_unique<PointStates>();
  const Norm norm = options_.definition.norm;
  if (point != headline_ && (norm == Norm::l2 || norm == Norm::raw))
    states->stream.emplace(options_.definition);
  return states;
}

/// The live sequence of the segment at `place` of a view, or none. Most views have the sequences of the one
/// before.
TrajectoryObserver::Live* TrajectoryObserver::live_of(std::int64_t sequence, std::size_t place) {
  if (place >= shown_.size()) shown_.resize(place + 1);
  Live*& live = shown_[place];
  if (live != nullptr && live->sequence == sequence) return live;
  const auto found = live_.find(sequence);
  return live = found == live_.end() ? nullptr : &found->second;
}

/// What to take of the view; points are created here so that threads need not.
std::vector<TrajectoryObserver::Work> TrajectoryObserver::work_of(const states::StateView& view) {
  std::vector<Work> work;
  work.reserve(view.segments->size());
  const auto place = static_cast<std::size_t>(view.point);
  for (const states::Segment& segment : *view.segments) {
    Live* live = live_of(segment.sequence, static_cast<std::size_t>(&segment - view.segments->data()));
    if (live == nullptr) continue;
    if (live->points.empty()) live->points.resize(static_cast<std::size_t>(view.points));
    std::unique_ptr<PointStates>& point = live->points[place];
    if (!point) point = new_point(view.point);
    const states::RowRange rows = rows_within(live->range, segment);
    if (rows.count > 0)
      work.push_back(
          {point.get(), {segment.first_row + rows.first, rows.count}, segment.first_position + rows.first});
  }
  return work;
}

states::RowRange TrajectoryObserver::rows_read(const states::Segment& prompt, std::int64_t /*point*/,
                                               std::int64_t /*points*/) const {
  const auto live = live_.find(prompt.sequence);
  if (live == live_.end()) return {};
  return rows_within(live->second.range, prompt);
}

void TrajectoryObserver::PointStates::take(const states::StateMatrix& states, std::int64_t first_position) {
  width = states.cols();
  for (Eigen::Index row = 0; row < states.rows(); ++row) {
    const float* state = states.data() + row * states.outerStride();
    if (stream) {
      stream->push(first_position + row, state, static_cast<std::size_t>(states.cols()));
    } else {
      positions.push_back(first_position + row);
      rows.insert(rows.end(), state, state + states.cols());
    }
  }
}

void TrajectoryObserver::observe(const states::StateView& view) {
  headline_ = headline_point(options_.definition, view.points);
  const bool last = view.point == view.points - 1;
  const bool wanted_after_norm = options_.definition.state_point == StatePoint::post_norm;
  if (last && view.after_final_norm != wanted_after_norm) return;

  const std::vector<Work> work = work_of(view);
  std::int64_t numbers = 0;
  for (const Work& item : work) numbers += item.rows.count * view.states.cols();
  const auto take = [&](std::int64_t i) {
    const Work& item = work[static_cast<std::size_t>(i)];
    const auto next = static_cast<std::size_t>(i + 1);
    if (next < work.size() && work[next].point->stream) work[next].point->stream->prefetch();
    const states::Segment rows{0, item.rows.first, item.rows.count, item.first_position};
    item.point->take(view.rows_of(rows), item.first_position);
  };
  const auto count = static_cast<std::int64_t>(work.size());
  if (numbers >= worth_threads) {
    parallel_for(count, take);
  } else {
    for (std::int64_t i = 0; i < count; ++i) take(i);
  }
}

void TrajectoryObserver::observe_prediction(const states::Prediction& prediction) {
  const auto live = live_.find(prediction.sequence);
  if (live == live_.end()) return;
  live->second.tokens.push_back(
      {prediction.position, prediction.token, prediction.top1, prediction.margin, prediction.entropy});
}

void TrajectoryObserver::set_token_ids(std::int64_t sequence, const std::vector<std::int64_t>& token_ids) {
  const auto live = live_.find(sequence);
  if (live == live_.end()) return;
  for (std::size_t i = 0; i < token_ids.size(); ++i) {
    TokenRecord record;
    record.position = static_cast<std::int64_t>(i);
    record.token = token_ids[i];
    live->second.tokens.push_back(record);
  }
}

LayerResult TrajectoryObserver::layer_of(std::int64_t point, const PointStates& states) const {
  const Definition& definition = options_.definition;
  if (states.stream) return layer_result(point, states.stream->terms(), definition.clip);
  RunStates kept = run_states(states.positions, states.rows, states.width);
  return layer_result(point, trajectory_terms(normalise(std::move(kept.states), definition.norm), definition),
                      definition.clip);
}

RunResult* TrajectoryObserver::unfinished(std::int64_t sequence) {
  const auto run = results_.find(sequence);
  return run == results_.end() || live_.find(sequence) == live_.end() ? nullptr : &run->second;
}

void TrajectoryObserver::finish_sequence(std::int64_t sequence) {
  RunResult* run = unfinished(sequence);
  if (run == nullptr) return;
  const Live live = std::move(live_.at(sequence));
  forget(sequence);
  run->reason.clear();
  static const PointStates nothing;
  const auto headline = static_cast<std::size_t>(headline_);
  const bool seen = headline < live.points.size() && live.points[headline] != nullptr;
  const PointStates& states = seen ? *live.points[headline] : nothing;
  analyse_run(*run, run_states(states.positions, states.rows, states.width), live.tokens, options_);
  for (std::size_t point = 0; point < live.points.size(); ++point) {
    if (live.points[point] == nullptr) continue;
    const auto layer = static_cast<std::int64_t>(point);
    run->layers.push_back(layer == headline_ ? layer_result(layer, *run)
                                             : layer_of(layer, *live.points[point]));
  }
}

void TrajectoryObserver::forget(std::int64_t sequence) {
  shown_.clear();
  live_.erase(sequence);
}

void TrajectoryObserver::save_finished(const std::vector<std::int64_t>& sequences,
                                       ArchiveWriter& archive) const {
  std::vector<RunResult> finished;
  for (const std::int64_t sequence : sequences) {
    const auto run = results_.find(sequence);
    if (run != results_.end() && live_.count(sequence) == 0) finished.push_back(run->second);
  }
  archive(finished);
}

void TrajectoryObserver::load_finished(ArchiveReader& archive) {
  std::vector<RunResult> finished;
  archive(finished);
  for (RunResult& run : finished) {
    if (unfinished(run.index) == nullptr) throw cereal::Exception("found a run that is not awaited");
    forget(run.index);
    results_.at(run.index) = std::move(run);
  }
}

void TrajectoryObserver::mark_failed(std::int64_t sequence, const std::string& reason) {
  const auto found = results_.find(sequence);
  if (found == results_.end()) return;
  forget(sequence);
  RunResult failed;
  failed.index = found->second.index;
  failed.prompt = found->second.prompt;
  failed.run = found->second.run;
  failed.id = found->second.id;
  failed.category = found->second.category;
  failed.reason = reason;
  found->second = std::move(failed);
}

std::vector<RunResult> TrajectoryObserver::take_results() {
  std::vector<RunResult> results;
  for (auto& [index, run] : results_) results.push_back(std::move(run));
  results_.clear();
  live_.clear();
  return results;
}

}  // namespace phasescope::curvature
