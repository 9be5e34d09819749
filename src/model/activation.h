#pragma once

#include "matrix.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// x = activation(x), in place.
void activate(checkpoint::Activation activation, Matrix x);

/// gate = activation(gate) * up, in place.
void activate_gated(checkpoint::Activation activation, Matrix gate, ConstMatrix up);

}  // namespace phasescope::model
