#pragma once

#include "host_weights.h"
#include "linear.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// A mixture of experts: for each row the router's softmax over all experts, the `used` most probable of them
/// (lowest number on a tie), their outputs summed with those probabilities, renormalised where the
/// architecture says so. x, output [rows, hidden].
void run_experts(const checkpoint::Architecture& architecture, const HostBlock& weights, Linear& linear,
                 ConstMatrix x, Matrix output);

}  // namespace phasescope::model
