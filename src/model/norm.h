#pragma once

#include "matrix.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Normalises every row of x into y (which may be x) over its columns, both cores. The statistics are float32
/// sums, as in the reference implementations.
void normalize_rows(checkpoint::NormKind kind, double epsilon, const NormTensor& norm, ConstMatrix x,
                    Matrix y);

/// Normalises one vector of `width` in place.
void normalize_vector(checkpoint::NormKind kind, double epsilon, const NormTensor& norm, float* x,
                      std::int64_t width);

}  // namespace phasescope::model
