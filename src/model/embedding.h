#pragma once

#include "linear.h"
#include "loaded_weights.h"

#include <cstdint>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::model {

/// Writes state point 0 of tokens at positions into x [tokens, hidden]: embedding rows (converted from the
/// file as they are read), scaled, projected and with learned positions added where the family does so.
void embed(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
           const LoadedOuter& outer, const std::vector<std::int64_t>& tokens,
           const std::vector<std::int64_t>& positions, Linear& linear, Matrix x);

}  // namespace phasescope::model
