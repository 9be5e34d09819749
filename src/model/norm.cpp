#include "norm.h"

#include <cmath>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

using checkpoint::NormKind;
using ConstRow = Eigen::Map<const Eigen::ArrayXf>;
using Row = Eigen::Map<Eigen::ArrayXf>;

/// The statistic part: zero mean where the kind asks for it, then unit root mean square.
void standardize(NormKind kind, float epsilon, const float* input, float* output, std::int64_t width) {
  const ConstRow x(input, width);
  Row y(output, width);
  if (kind == NormKind::layer) {
    const float mean = x.mean();
    const float inverse = 1.0F / std::sqrt((x - mean).square().mean() + epsilon);
    y = (x - mean) * inverse;
  } else {
    y = x * (1.0F / std::sqrt(x.square().mean() + epsilon));
  }
}

void normalize(NormKind kind, float epsilon, const NormTensor& norm, const float* input, float* output,
               std::int64_t width) {
  standardize(kind, epsilon, input, output, width);
  Row y(output, width);
  if (norm.scale != nullptr && kind == NormKind::rms_unit_offset) y *= 1.0F + ConstRow(norm.scale, width);
  if (norm.scale != nullptr && kind != NormKind::rms_unit_offset) y *= ConstRow(norm.scale, width);
  if (norm.bias != nullptr) y += ConstRow(norm.bias, width);
}

/// A row for a product to read.
void normalize_row(NormKind kind, float epsilon, const NormTensor& norm, const float* input,
                   const ProductRows& output, std::int64_t row, std::int64_t width) {
  if (!output.are_terms()) {
    normalize(kind, epsilon, norm, input, output.values().row(row), width);
    return;
  }
  static thread_local Buffer normed;
  normed.resize(static_cast<std::size_t>(width));
  normalize(kind, epsilon, norm, input, normed.data(), width);
  output.put(row, 0, normed.data(), width);
}

}  // namespace

void normalize_vector(NormKind kind, double epsilon, const NormTensor& norm, float* x, std::int64_t width) {
  normalize(kind, static_cast<float>(epsilon), norm, x, x, width);
}

void normalize_rows(NormKind kind, double epsilon, const NormTensor& norm, ConstMatrix x,
                    const ProductRows& y) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    normalize_row(kind, static_cast<float>(epsilon), norm, x.row(r), y, r, x.columns);
  }
}

void end_branch(const BranchEnd& end, ConstMatrix before, Matrix branch, Matrix sum,
                const ProductRows& next) {
  const auto epsilon = static_cast<float>(end.epsilon);
  const std::int64_t width = sum.columns;
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < sum.rows; ++r) {
    float* added = branch.row(r);
    if (end.branch_norm != nullptr) normalize(end.kind, epsilon, *end.branch_norm, added, added, width);
    Row(sum.row(r), width) = ConstRow(before.row(r), width) + end.scale * ConstRow(added, width);
    if (end.residual_norm != nullptr)
      normalize(end.kind, epsilon, *end.residual_norm, sum.row(r), sum.row(r), width);
    if (end.next_norm != nullptr)
      normalize_row(end.kind, epsilon, *end.next_norm, sum.row(r), next, r, width);
  }
}

}  // namespace phasescope::model
