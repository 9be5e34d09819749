#include "activation.h"

#include <algorithm>

#include <Eigen/Core>
#include <unsupported/Eigen/SpecialFunctions>

namespace phasescope::model {
namespace {

using checkpoint::Activation;
using Array = Eigen::Map<Eigen::ArrayXf>;
using ConstArray = Eigen::Map<const Eigen::ArrayXf>;

/// Columns are processed in pieces that stay in the first-level cache.
constexpr std::int64_t kPiece = 1024;

template <class Apply>
void for_each_piece(std::int64_t rows, std::int64_t columns, Apply apply) {
  const std::int64_t pieces = (columns + kPiece - 1) / kPiece;
#pragma omp parallel for collapse(2) schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t p = 0; p < pieces; ++p) {
      apply(r, p * kPiece, std::min(kPiece, columns - p * kPiece));
    }
  }
}

void apply_activation(Activation activation, Array x) {
  switch (activation) {
    case Activation::silu:
      x = x / (1.0F + (-x).exp());
      return;
    case Activation::gelu_tanh: {
      // 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016), and 0.5 (1 + tanh u) = 1
      // / (1 + exp(-2u)).
      constexpr float twice_sqrt_two_over_pi = 1.5957691216057308F;
      x = x / (1.0F + (-twice_sqrt_two_over_pi * (x + 0.044715F * x.cube())).exp());
      return;
    }
    case Activation::gelu_erf:
      x = 0.5F * x * (1.0F + (x * 0.70710678118654752F).erf());
      return;
    case Activation::relu:
      x = x.max(0.0F);
      return;
  }
}

}  // namespace

void activate(Activation activation, Matrix x) {
  for_each_piece(x.rows, x.columns, [&](std::int64_t r, std::int64_t first, std::int64_t count) {
    apply_activation(activation, Array(x.row(r) + first, count));
  });
}

void activate_gated(Activation activation, ConstMatrix gate, ConstMatrix up, Matrix output) {
  for_each_piece(gate.rows, gate.columns, [&](std::int64_t r, std::int64_t first, std::int64_t count) {
    alignas(64) float piece[kPiece];
    std::copy_n(gate.row(r) + first, count, piece);
    activate_gate(activation, piece, up.row(r) + first, count);
    std::copy_n(piece, count, output.row(r) + first);
  });
}

void activate_gate(Activation activation, float* gate, const float* up, std::int64_t count) {
  apply_activation(activation, Array(gate, count));
  Array(gate, count) *= ConstArray(up, count);
}

}  // namespace phasescope::model
