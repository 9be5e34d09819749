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

/// a b^T, where the first `carried` rows of both are the last ones of those that `known` is made of.
MatrixXd updated_products(const MatrixXd& known, const states::StateMatrix& a, const states::StateMatrix& b,
                          Index carried) {
  const Index all = a.rows(), fresh = all - carried;
  const Rows<float> left = rows_of(a), right = rows_of(b);
  const auto from = [&](const Rows<float>& rows, Index first, Index count) {
    return Rows<float>{rows.data + first * rows.stride, count, rows.stride};
  };
  MatrixXd products(all, all);
  products.topLeftCorner(carried, carried) = known.bottomRightCorner(carried, carried);
  row_products(from(left, carried, fresh), right, a.cols(), products.bottomRows(fresh));
  if (left.data == right.data) {
    products.topRightCorner(carried, fresh) = products.bottomLeftCorner(fresh, carried).transpose();
  } else {
    row_products(from(left, 0, carried), from(right, carried, fresh), a.cols(),
                 products.topRightCorner(carried, fresh));
  }
  return products;
}

}  // namespace

void TrajectoryObserver::Point::add(Index carried, const states::StateMatrix& fresh) {
  first += count - carried;
  count = carried + fresh.rows();
  if (count > memory.rows()) {
    constexpr Index room = 3;  // tokens until rows are moved again
    StateRows larger(count + room, fresh.cols());
    if (carried > 0) larger.topRows(carried) = memory.middleRows(first, carried);
    memory = std::move(larger);
    first = 0;
  } else if (first + count > memory.rows()) {
    for (Index row = 0; row < carried; ++row) memory.row(row) = memory.row(first + row);
    first = 0;
  }
  auto rows = memory.middleRows(first + carried, fresh.rows());
  rows = fresh;
  if ((rows.array() * 0.0F).sum() == 0) return;  // not so with anything that is not finite
  rows = rows.unaryExpr([](float value) { return std::isfinite(value) ? value : 0.0F; });
}

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
  Point& point = flight.points[static_cast<std::size_t>(view.point)];
  flight.carried = prompt ? 0 : std::min(point.count, window - 1);
  const Index fresh = prompt ? std::min(seen.rows(), window) : flight.steps;
  const Index from = prompt ? seen.rows() - fresh : 0;
  point.add(flight.carried, {seen.data() + from * seen.outerStride(), fresh, seen.cols(),
                             Eigen::OuterStride<>(seen.outerStride())});
  return true;
}

void TrajectoryObserver::update_products(InFlight& flight) {
  const Point* before = nullptr;
  for (Point& point : flight.points) {
    const states::StateMatrix rows = point.rows_of(0, point.count);
    point.gram = updated_products(point.gram, rows, rows, flight.carried);
    if (before != nullptr)
      point.cross = updated_products(point.cross, before->rows_of(0, before->count), rows, flight.carried);
    before = &point;
  }
}

/// Products of the rows [first, first + tokens) of every point.
std::vector<FieldProducts> TrajectoryObserver::packet_products(const InFlight& flight, Index first,
                                                               Index tokens) {
  std::vector<FieldProducts> products;
  products.reserve(flight.points.size());
  for (const Point& point : flight.points) {
    const bool first_point = point.cross.size() == 0;
    products.push_back({point.gram.block(first, first, tokens, tokens),
                        first_point ? MatrixXd() : MatrixXd(point.cross.block(first, first, tokens, tokens)),
                        0});
  }
  return products;
}

ModeObservables TrajectoryObserver::observe_packet(const InFlight& flight, Index step) const {
  FieldBuilder builder(static_cast<Index>(flight.points.size()), options_.modes);
  for (const auto& [block, weights] : flight.attention) {
    builder.add_attention(
        block, {weights.data(), weights.rows(), weights.cols(), Eigen::OuterStride<>(weights.cols())});
  }
  const Index end = flight.points.front().count - (flight.steps - 1 - step);
  const Index tokens = std::min<Index>(end, trajectory_options_.window), first = end - tokens;
  const std::vector<FieldProducts> products = packet_products(flight, first, tokens);
  std::vector<GramModes> grams;
  for (const FieldProducts& point : products)
    grams.push_back({&point.gram, builder.modes(tokens, flight.points.front().memory.cols())});
  const std::vector<std::optional<TokenModes>> modes = token_modes(grams);
  for (std::size_t l = 0; l < products.size(); ++l) {
    const Point& before = flight.points[l > 0 ? l - 1 : 0];
    builder.add_point(products[l], modes[l], flight.points[l].rows_of(first, tokens),
                      before.rows_of(first, tokens));
  }
  return mode_observables((*analyzer_)(builder.statistics(), Extent::observables));
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
