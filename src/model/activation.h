#pragma once

#include "matrix.h"

#include <cstdint>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// x = activation(x), in place.
void activate(checkpoint::Activation activation, Matrix x);

/// output = activation(gate) * up. `output` may be `gate`.
void activate_gated(checkpoint::Activation activation, ConstMatrix gate, ConstMatrix up, Matrix output);

/// gate = activation(gate) * up for `count` numbers, on the calling thread.
void activate_gate(checkpoint::Activation activation, float* gate, const float* up, std::int64_t count);

}  // namespace phasescope::model
