#include "phasescope/curvature/trajectory_stream.h"

#include <cmath>

#include "phasescope/base/error.h"

namespace phasescope::curvature {

TrajectoryStream::TrajectoryStream(const Definition& definition) : definition_(definition) {
  if (definition.norm != Norm::l2 && definition.norm != Norm::raw) {
    throw Error(ExitClass::internal, "states of this norm cannot be taken one by one");
  }
}

/// Normalises the state into a slot; false when it has to be dropped.
bool TrajectoryStream::load(Kept& slot, const float* state, std::size_t width) const {
  slot.values.resize(width);
  for (std::size_t i = 0; i < width; ++i) slot.values[i] = static_cast<double>(state[i]);
  slot.norm = std::sqrt(squared_norm(slot.values.data(), width));
  if (!std::isfinite(slot.norm) || slot.norm == 0) return false;
  if (definition_.norm == Norm::l2) {
    for (double& value : slot.values) value /= slot.norm;
    slot.norm = 1;
  }
  return true;
}

void TrajectoryStream::push(std::int64_t position, const float* state, std::size_t width) {
  Kept& newest = kept_[count_ % 3];
  if (!load(newest, state, width)) {
    dropped_.push_back(position);
    return;
  }
  ++count_;
  if (count_ < 2) return;
  const StatePointer w = newest.pointer();
  const StatePointer v = kept_[(count_ - 2) % 3].pointer();
  const double length = distance(v, w);
  const double delta = delta_of(definition_.delta, v, w, length);
  if (count_ > 2) {
    const StatePointer u = kept_[(count_ - 3) % 3].pointer();
    terms_.delta.push_back(definition_.alignment == Alignment::causal ? delta : older_delta_);
    terms_.curvature.push_back(
        curvature_of(definition_.curvature, turn_of(definition_.curvature, u, v, w, older_length_, length)));
    terms_.ct.push_back(product_of(terms_.delta.back(), terms_.curvature.back()));
  }
  older_length_ = length;
  older_delta_ = delta;
}

}  // namespace phasescope::curvature
