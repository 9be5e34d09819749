#pragma once

#include "matrix.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// x = activation(x), in place.
void activate(checkpoint::Activation activation, Matrix x);

/// output = activation(gate) * up. `output` may be `gate`.
void activate_gated(checkpoint::Activation activation, ConstMatrix gate, ConstMatrix up, Matrix output);

}  // namespace phasescope::model
