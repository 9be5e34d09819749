#include "norm.h"

#include <Eigen/Core>
#include <cmath>

namespace phasescope::model {
namespace {

using checkpoint::NormKind;
using ConstRow = Eigen::Map<const Eigen::ArrayXf>;
using Row = Eigen::Map<Eigen::ArrayXf>;

void normalize(NormKind kind, float epsilon, const NormTensor& norm, const float* input, float* output, std::int64_t width) {
  const ConstRow x(input, width);
  const ConstRow scale(norm.scale, width);
  Row y(output, width);
  if (kind == NormKind::layer) {
    const float mean = x.mean();
    const float inverse = 1.0F / std::sqrt((x - mean).square().mean() + epsilon);
    y = (x - mean) * inverse * scale;
    if (norm.bias != nullptr) y += ConstRow(norm.bias, width);
    return;
  }
  const float inverse = 1.0F / std::sqrt(x.square().mean() + epsilon);
  if (kind == NormKind::rms) {
    y = x * inverse * scale;
  } else {
    y = x * inverse * (1.0F + scale);
  }
}

}  // namespace

void normalize_vector(NormKind kind, double epsilon, const NormTensor& norm, float* x, std::int64_t width) {
  normalize(kind, static_cast<float>(epsilon), norm, x, x, width);
}

void normalize_rows(NormKind kind, double epsilon, const NormTensor& norm, ConstMatrix x, Matrix y) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    normalize(kind, static_cast<float>(epsilon), norm, x.row(r), y.row(r), x.columns);
  }
}

}  // namespace phasescope::model
