#pragma once

#include "backend.h"

#include <vector>

#include <ATen/core/Tensor.h>

namespace phasescope::model::tensors {

/// What logits [rows, vocabulary] (float32, scaled and capped) say of each row, reduced on their device in
/// float64: a few numbers a row come to the host, and whole rows only where a token is drawn at a
/// temperature.
std::vector<LogitOutcome> outcomes_of(const at::Tensor& logits, const LogitRow* wanted,
                                      const Sampling& sampling);

}  // namespace phasescope::model::tensors
