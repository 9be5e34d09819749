#pragma once

#include "matrix.h"
#include "weight_matrix.h"

namespace phasescope::model::tensors {

/// y = x W^T + b by libtorch's BLAS on plain memory: x [rows, inputs], y [rows, outputs], dense; W as it is
/// stored. On as many threads as OpenMP has.
void multiply_on_host(ConstMatrix x, const PreparedLinear& weights, Matrix y);

}  // namespace phasescope::model::tensors
