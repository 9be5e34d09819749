#include "phasescope/intelliton/trajectory_observer.h"

#include "field_archive.h"
#include "row_products.h"

#include <algorithm>
#include <cmath>

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;

namespace {

template <class Matrix>
Rows<float> rows_of(const Matrix& matrix, Index first, Index count) {
  return {matrix.data() + first * matrix.cols(), count, matrix.cols()};
}

/// a b^T, where the first `carried` rows of both are the last ones of those that `known` is made of.
template <class Matrix>
MatrixXd updated_products(const MatrixXd& known, const Matrix& a, const Matrix& b, Index carried) {
  const Index all = a.rows(), fresh = all - carried;
  MatrixXd products(all, all);
  products.topLeftCorner(carried, carried) = known.bottomRightCorner(carried, carried);
  products.topRightCorner(carried, fresh) =
      row_products(rows_of(a, 0, carried), rows_of(b, carried, fresh), a.cols());
  products.bottomRows(fresh) = row_products(rows_of(a, carried, fresh), rows_of(b, 0, all), a.cols());
  return products;
}

}  // namespace

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

states::RowRange TrajectoryObserver::rows_read(const states::Segment& prompt, std::int64_t /*point*/,
                                               std::int64_t /*points*/) const {
  if (place_of_.count(prompt.sequence) == 0) return {};
  const auto count = std::min<std::int64_t>(prompt.rows, trajectory_options_.window);
  return {prompt.rows - count, count};
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
  if (prompt && view.point == 0) flight.points.resize(static_cast<std::size_t>(view.points));
  const auto known = static_cast<Index>(trajectories_[place].steps.size());
  // The whole prompt makes one packet; each generated token one more.
  flight.steps = prompt ? 1 : std::min<Index>(segment.rows, trajectory_options_.steps - known);
  if (flight.steps <= 0 || flight.points.empty()) return false;
  StateRows& rows = flight.points[static_cast<std::size_t>(view.point)].rows;
  flight.carried = prompt ? 0 : std::min(rows.rows(), window - 1);
  const Index fresh = prompt ? std::min(seen.rows(), window) : flight.steps;
  if (flight.carried > 0) {
    const StateRows carried = rows.bottomRows(flight.carried);
    rows.resize(flight.carried + fresh, seen.cols());
    rows.topRows(flight.carried) = carried;
  } else {
    rows.resize(fresh, seen.cols());
  }
  rows.bottomRows(fresh) = prompt ? seen.bottomRows(fresh) : seen.topRows(fresh);
  rows.bottomRows(fresh) =
      rows.bottomRows(fresh).unaryExpr([](float value) { return std::isfinite(value) ? value : 0.0F; });
  return true;
}

void TrajectoryObserver::update_products(InFlight& flight) {
  const StateRows* before = nullptr;
  for (Point& point : flight.points) {
    point.gram = updated_products(point.gram, point.rows, point.rows, flight.carried);
    if (before != nullptr) point.cross = updated_products(point.cross, *before, point.rows, flight.carried);
    before = &point.rows;
  }
}

ModeObservables TrajectoryObserver::observe_packet(const InFlight& flight, Index step) const {
  FieldBuilder builder(static_cast<Index>(flight.points.size()), options_.modes);
  for (const auto& [block, weights] : flight.attention) {
    builder.add_attention(
        block, {weights.data(), weights.rows(), weights.cols(), Eigen::OuterStride<>(weights.cols())});
  }
  const Index end = flight.points.front().rows.rows() - (flight.steps - 1 - step);
  const Index tokens = std::min<Index>(end, trajectory_options_.window), first = end - tokens;
  for (const Point& point : flight.points) {
    const bool first_point = point.cross.size() == 0;
    builder.add_point(point.gram.block(first, first, tokens, tokens),
                      first_point ? MatrixXd() : MatrixXd(point.cross.block(first, first, tokens, tokens)),
                      point.rows.cols(), [&rows = point.rows, first, tokens]() -> RowMatrix {
                        return rows.middleRows(first, tokens).template cast<double>();
                      });
  }
  return mode_observables((*analyzer_)(builder.statistics()));
}

void TrajectoryObserver::complete(std::size_t place) {
  InFlight& flight = in_flight_[place];
  update_products(flight);
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
