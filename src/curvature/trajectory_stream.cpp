#include "phasescope/curvature/trajectory_stream.h"

#include <algorithm>
#include <cmath>

#include "phasescope/base/error.h"

namespace phasescope::curvature {

TrajectoryStream::TrajectoryStream(const Definition& definition) : definition_(definition) {
  if (definition.norm != Norm::l2 && definition.norm != Norm::raw) {
    throw Error(ExitClass::internal, "states of this norm cannot be taken one by one");
  }
}

ScaledState TrajectoryStream::state(std::size_t number) const {
  const Kept& kept = kept_[number % 2];
  return {rows_.data() + number % 2 * width_, width_, kept.norm, kept.scale};
}

void TrajectoryStream::push(std::int64_t position, const float* values, std::size_t width) {
  const double length = norm_of(values, width);
  if (!std::isfinite(length) || length == 0) {
    dropped_.push_back(position);
    return;
  }
  const bool unit = definition_.norm == Norm::l2;
  const Kept kept{unit ? 1 : length, unit ? 1 / length : 1};
  add_terms({values, width, kept.norm, kept.scale});
  if (rows_.empty()) rows_.resize(2 * width);
  width_ = width;
  std::copy_n(values, width, rows_.data() + count_ % 2 * width);
  kept_[count_ % 2] = kept;
  ++count_;
}

void TrajectoryStream::prefetch() const {
  constexpr std::size_t line = 64 / sizeof(float);
  for (std::size_t i = 0; i < rows_.size(); i += line) __builtin_prefetch(rows_.data() + i);
}

/// What the newest state adds to the terms.
void TrajectoryStream::add_terms(const ScaledState& w) {
  if (count_ == 0) return;
  const ScaledState v = state(count_ - 1);
  Meeting meeting;
  if (count_ == 1) {
    meeting.newer = distance(v, w);
  } else {
    meeting = meeting_of(state(count_ - 2), v, w);
  }
  const double delta = delta_of(definition_.delta, v, w, meeting.newer);
  if (count_ > 1) {
    const Turn turn = turn_of(definition_.curvature, state(count_ - 2), v, w, older_length_, meeting);
    terms_.delta.push_back(definition_.alignment == Alignment::causal ? delta : older_delta_);
    terms_.curvature.push_back(curvature_of(definition_.curvature, turn));
    terms_.ct.push_back(product_of(terms_.delta.back(), terms_.curvature.back()));
  }
  older_length_ = meeting.newer;
  older_delta_ = delta;
}

}  // namespace phasescope::curvature
