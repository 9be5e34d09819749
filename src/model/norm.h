#pragma once

#include "matrix.h"
#include "product_rows.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Normalises every row of x into y (which may be x) over its columns, both cores. The statistics are float32
/// sums, as in the reference implementations.
void normalize_rows(checkpoint::NormKind kind, double epsilon, const NormTensor& norm, ConstMatrix x,
                    const ProductRows& y);

/// Normalises one vector of `width` in place.
void normalize_vector(checkpoint::NormKind kind, double epsilon, const NormTensor& norm, float* x,
                      std::int64_t width);

/// What happens to a row between one branch of a block and the next.
struct BranchEnd {
  checkpoint::NormKind kind = checkpoint::NormKind::rms;
  double epsilon = 0;
  float scale = 1;                            ///< of the branch in the sum
  const NormTensor* branch_norm = nullptr;    ///< of what the branch returned, before the sum; or none
  const NormTensor* residual_norm = nullptr;  ///< of the sum, which it replaces; or none
  const NormTensor* next_norm = nullptr;      ///< of what the next branch reads; or none
};

/// sum = residual_norm(before + scale branch_norm(branch)) and, where there is a next norm, next =
/// next_norm(sum): each row once, while it is in the nearest cache. `branch` may be changed; `sum` may be
/// `before`.
void end_branch(const BranchEnd& end, ConstMatrix before, Matrix branch, Matrix sum, const ProductRows& next);

}  // namespace phasescope::model
