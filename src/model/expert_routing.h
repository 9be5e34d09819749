#pragma once

#include "matrix.h"

#include <cstdint>
#include <vector>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// One row's use of one expert.
struct ExpertAssignment {
  std::int64_t row;
  float weight;
};

/// For each expert the rows that use it, from router logits [rows, experts]: for each row the `used` most
/// probable experts of the softmax over all (lowest number on a tie), their probabilities renormalised where
/// the model does so.
std::vector<std::vector<ExpertAssignment>> route(const checkpoint::Experts& experts, ConstMatrix logits);

}  // namespace phasescope::model
