#include "phasescope/intelliton/trajectory_observer.h"

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
  std::vector<const states::Segment*> segments;
  for (const auto& segment : *view.segments) {
    if (place_of_.count(segment.sequence) > 0 && segment.rows > 0) segments.push_back(&segment);
  }
  parallel_for(static_cast<std::int64_t>(segments.size()), [&](std::int64_t i) {
    const states::Segment& segment = *segments[static_cast<std::size_t>(i)];
    add_rows(view, segment, place_of_.at(segment.sequence));
  });
}

void TrajectoryObserver::append(StateRows& packet, const Eigen::Ref<const Eigen::RowVectorXf>& row) const {
  const Index kept = std::min<Index>(packet.rows(), trajectory_options_.window - 1);
  StateRows next(kept + 1, row.size());
  next.topRows(kept) = packet.bottomRows(kept);
  next.row(kept) = row;
  packet = std::move(next);
}

void TrajectoryObserver::add_rows(const states::StateView& view, const states::Segment& segment,
                                  std::size_t place) {
  InFlight& flight = in_flight_[place];
  const auto known = static_cast<Index>(trajectories_[place].steps.size());
  const states::StateMatrix rows = view.rows_of(segment);
  const bool prompt = view.phase == states::Phase::prompt;
  // The whole prompt makes one packet; each generated token one more.
  const Index wanted = prompt ? 1 : std::min<Index>(segment.rows, trajectory_options_.steps - known);
  if (wanted <= 0 || (!prompt && flight.packets.empty())) return;
  if (view.point == 0) {
    flight.packets.resize(static_cast<std::size_t>(view.points));
    flight.builders.assign(static_cast<std::size_t>(wanted), FieldBuilder(view.points, options_.modes));
  }
  StateRows& packet = flight.packets[static_cast<std::size_t>(view.point)];
  if (prompt) packet = rows.bottomRows(std::min<Index>(rows.rows(), trajectory_options_.window));
  for (Index step = 0; step < wanted; ++step) {
    if (!prompt) append(packet, rows.row(step));
    const states::StateMatrix window(packet.data(), packet.rows(), packet.cols(),
                                     Eigen::OuterStride<>(packet.cols()));
    flight.builders[static_cast<std::size_t>(step)].add_point(window);
  }
  if (flight.builders.front().complete()) complete(place);
}

void TrajectoryObserver::complete(std::size_t place) {
  InFlight& flight = in_flight_[place];
  for (const FieldBuilder& builder : flight.builders) {
    trajectories_[place].steps.push_back(mode_observables((*analyzer_)(builder.statistics())));
  }
  flight.builders.clear();
}

void TrajectoryObserver::observe_attention(const states::AttentionView& view) {
  const auto found = place_of_.find(view.sequence);
  if (found == place_of_.end()) return;
  for (FieldBuilder& builder : in_flight_[found->second].builders) {
    builder.add_attention(view.block, view.weights);
  }
}

void TrajectoryObserver::finish_sequence(std::int64_t sequence) {
  const auto found = place_of_.find(sequence);
  if (found != place_of_.end()) in_flight_[found->second] = {};
}

}  // namespace phasescope::intelliton
