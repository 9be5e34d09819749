#include "phasescope/curvature/observer.h"

#include "run_archive.h"

#include <algorithm>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::curvature {
namespace {

/// Below this many numbers a view is not worth waking threads for.
constexpr std::int64_t worth_threads = 1 << 16;

constexpr const char* not_finished = "its states did not arrive to the end";

RunStates run_states(const std::vector<std::int64_t>& positions, const std::vector<float>& rows,
                     std::int64_t width) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto count = static_cast<Eigen::Index>(positions.size());
  return {positions, Eigen::Map<const Rows>(rows.data(), count, width).cast<double>()};
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
    live_[sequence.index].range = span_positions(options.definition, sequence.prompt_tokens);
  }
}

TrajectoryObserver::PointStates TrajectoryObserver::new_point(std::int64_t point,
                                                              std::int64_t headline) const {
  PointStates states;
  const Norm norm = options_.definition.norm;
  if (point != headline && (norm == Norm::l2 || norm == Norm::raw))
    states.stream.emplace(options_.definition);
  return states;
}

/// The segments of the view that hold states of live sequences; points are created here so that threads need
/// not.
std::vector<TrajectoryObserver::Work> TrajectoryObserver::work_of(const states::StateView& view) {
  std::vector<Work> work;
  for (const states::Segment& segment : *view.segments) {
    const auto live = live_.find(segment.sequence);
    if (live == live_.end()) continue;
    auto point = live->second.points.find(view.point);
    if (point == live->second.points.end()) {
      point = live->second.points.emplace(view.point, new_point(view.point, headline_)).first;
    }
    work.push_back({&segment, &point->second, live->second.range});
  }
  return work;
}

states::RowRange TrajectoryObserver::rows_read(const states::Segment& prompt, std::int64_t /*point*/,
                                               std::int64_t /*points*/) const {
  const auto live = live_.find(prompt.sequence);
  if (live == live_.end()) return {};
  const PositionRange& range = live->second.range;
  const auto row_at = [&](std::int64_t position) {
    return std::clamp<std::int64_t>(position - prompt.first_position, 0, prompt.rows);
  };
  return {row_at(range.first), row_at(range.end) - row_at(range.first)};
}

void TrajectoryObserver::observe(const states::StateView& view) {
  headline_ = headline_point(options_.definition, view.points);
  const bool last = view.point == view.points - 1;
  const bool wanted_after_norm = options_.definition.state_point == StatePoint::post_norm;
  if (last && view.after_final_norm != wanted_after_norm) return;

  const std::vector<Work> work = work_of(view);
  const auto take = [&](std::int64_t i) {
    const auto& [segment, point, range] = work[static_cast<std::size_t>(i)];
    const states::StateMatrix rows = view.rows_of(*segment);
    point->width = rows.cols();
    for (Eigen::Index row = 0; row < rows.rows(); ++row) {
      const std::int64_t position = segment->first_position + row;
      if (!range.contains(position)) continue;
      const float* state = rows.data() + row * rows.outerStride();
      if (point->stream) {
        point->stream->push(position, state, static_cast<std::size_t>(rows.cols()));
      } else {
        point->positions.push_back(position);
        point->rows.insert(point->rows.end(), state, state + rows.cols());
      }
    }
  };
  const auto count = static_cast<std::int64_t>(work.size());
  if (view.states.size() >= worth_threads) {
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
  const RunStates kept = run_states(states.positions, states.rows, states.width);
  return layer_result(point, trajectory_terms(normalise(kept.states, definition.norm), definition),
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
  live_.erase(sequence);
  run->reason.clear();
  static const PointStates nothing;
  const auto headline = live.points.find(headline_);
  const PointStates& states = headline == live.points.end() ? nothing : headline->second;
  analyse_run(*run, run_states(states.positions, states.rows, states.width), live.tokens, options_);
  for (const auto& [point, kept] : live.points) run->layers.push_back(layer_of(point, kept));
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
    live_.erase(run.index);
    results_.at(run.index) = std::move(run);
  }
}

void TrajectoryObserver::mark_failed(std::int64_t sequence, const std::string& reason) {
  const auto found = results_.find(sequence);
  if (found == results_.end()) return;
  live_.erase(sequence);
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
