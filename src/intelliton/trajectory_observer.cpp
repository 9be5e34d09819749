#include "phasescope/intelliton/trajectory_observer.h"

#include "field_archive.h"

#include <algorithm>

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {

using Eigen::Index;

TrajectoryObserver::TrajectoryObserver(const std::vector<states::Sequence>& sequences, const Options& options,
                                       const TrajectoryOptions& trajectory_options)
    : options_(options), trajectory_options_(trajectory_options), in_flight_(sequences.size()) {
  for (const auto& sequence : sequences) {
    place_of_[sequence.index] = trajectories_.size();
    trajectories_.push_back({sequence, {}});
  }
}

bool TrajectoryObserver::wants_attention(std::int64_t block) const {
  return block % options_.attention_every == 0;
}

void TrajectoryObserver::observe(const states::StateView& view) {
  const bool last = view.point + 1 == view.points;
  if (last && view.after_final_norm != options_.last_point_after_norm) return;
  if (!analyzer_) analyzer_.emplace(view.points, options_);
  std::vector<std::size_t> places;
  for (const auto& segment : *view.segments) {
    const auto found = place_of_.find(segment.sequence);
    if (found == place_of_.end() || segment.rows == 0) continue;
    if (add_rows(view, segment, found->second)) places.push_back(found->second);
  }
  if (!last) return;
  parallel_for(static_cast<std::int64_t>(places.size()),
               [&](std::int64_t i) { complete(places[static_cast<std::size_t>(i)]); });
}

bool TrajectoryObserver::add_rows(const states::StateView& view, const states::Segment& segment,
                                  std::size_t place) {
  InFlight& flight = in_flight_[place];
  const states::StateMatrix seen = view.rows_of(segment);
  const bool prompt = view.phase == states::Phase::prompt;
  const Index window = trajectory_options_.window;
  if (prompt && view.point == 0) flight.rows.resize(static_cast<std::size_t>(view.points));
  const auto known = static_cast<Index>(trajectories_[place].steps.size());
  // The whole prompt makes one packet; each generated token one more.
  flight.steps = prompt ? 1 : std::min<Index>(segment.rows, trajectory_options_.steps - known);
  if (flight.steps <= 0 || flight.rows.empty()) return false;
  StateRows& rows = flight.rows[static_cast<std::size_t>(view.point)];
  if (prompt) {
    rows = seen.bottomRows(std::min(seen.rows(), window));
    return true;
  }
  const Index kept = std::min(rows.rows(), window - 1);
  StateRows next(kept + flight.steps, seen.cols());
  next << rows.bottomRows(kept), seen.topRows(flight.steps);
  rows = std::move(next);
  return true;
}

ModeObservables TrajectoryObserver::observe_packet(const InFlight& flight, Index step) const {
  FieldBuilder builder(static_cast<Index>(flight.rows.size()), options_.modes);
  for (const auto& [block, weights] : flight.attention) {
    builder.add_attention(
        block, {weights.data(), weights.rows(), weights.cols(), Eigen::OuterStride<>(weights.cols())});
  }
  for (const StateRows& rows : flight.rows) {
    const Index end = rows.rows() - (flight.steps - 1 - step);
    const Index tokens = std::min<Index>(end, trajectory_options_.window);
    builder.add_point(
        {rows.row(end - tokens).data(), tokens, rows.cols(), Eigen::OuterStride<>(rows.cols())});
  }
  return mode_observables((*analyzer_)(builder.statistics()));
}

void TrajectoryObserver::complete(std::size_t place) {
  InFlight& flight = in_flight_[place];
  for (Index step = 0; step < flight.steps; ++step) {
    trajectories_[place].steps.push_back(observe_packet(flight, step));
  }
  flight.attention.clear();  // of the prompt: no packet of generated tokens has its size
}

void TrajectoryObserver::observe_attention(const states::AttentionView& view) {
  const auto found = place_of_.find(view.sequence);
  if (found == place_of_.end() || view.weights.rows() > trajectory_options_.window) return;
  in_flight_[found->second].attention[view.block] = view.weights;
}

void TrajectoryObserver::finish_sequence(std::int64_t sequence) {
  const auto found = place_of_.find(sequence);
  if (found != place_of_.end()) in_flight_[found->second] = {};
}

void TrajectoryObserver::save_finished(const std::vector<std::int64_t>& sequences,
                                       ArchiveWriter& archive) const {
  std::map<std::uint64_t, std::vector<ModeObservables>> steps;
  for (const std::int64_t sequence : sequences) {
    const auto found = place_of_.find(sequence);
    if (found != place_of_.end()) steps[found->second] = trajectories_[found->second].steps;
  }
  archive(steps);
}

void TrajectoryObserver::load_finished(ArchiveReader& archive) {
  std::map<std::uint64_t, std::vector<ModeObservables>> steps;
  archive(steps);
  for (auto& [place, observed] : steps) {
    if (place >= trajectories_.size()) throw cereal::Exception("found a trajectory that is not awaited");
    trajectories_[place].steps = std::move(observed);
    in_flight_[place] = {};
  }
}

}  // namespace phasescope::intelliton
