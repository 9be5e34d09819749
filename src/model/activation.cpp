#include "activation.h"

#include "lanes.h"

#include <algorithm>

#include <Eigen/Core>
#include <unsupported/Eigen/SpecialFunctions>

namespace phasescope::model {
namespace {

using checkpoint::Activation;
using lanes::Lanes;

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

constexpr int kTogether = 4;
using Numbers = lanes::Group<kTogether>;

Lanes product(Lanes a, Lanes b) {
  return a * b;
}

Numbers silu(const Numbers& x) {
  return lanes::each(product, lanes::logistic(x), x);
}

/// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016), and 0.5 (1 + tanh u) = 1 / (1
/// + exp(-2u)).
Numbers gelu_tanh(const Numbers& x) {
  constexpr float twice_sqrt_two_over_pi = 1.5957691216057308F;
  const auto twice_u = [](Lanes a) { return twice_sqrt_two_over_pi * (a + 0.044715F * (a * a * a)); };
  return lanes::each(product, lanes::logistic(lanes::each(twice_u, x)), x);
}

Numbers gelu_erf(const Numbers& x) {
  return lanes::each(
      [](Lanes a) {
        Eigen::Array<float, lanes::kLanes, 1> values;
        lanes::store(values.data(), a);
        values = 0.5F * values * (1.0F + (values * 0.70710678118654752F).erf());
        return lanes::load(values.data());
      },
      x);
}

Numbers relu(const Numbers& x) {
  return lanes::each([](Lanes a) { return lanes::larger(a, Lanes{}); }, x);
}

/// gate = apply(gate) * up, or without `up` apply(gate).
template <Numbers apply(const Numbers&)>
void apply_to_all(float* gate, const float* up, std::int64_t count) {
  constexpr std::int64_t step = kTogether * lanes::kLanes;
  for (std::int64_t i = 0; i < count; i += step) {
    const bool whole = i + step <= count;
    const auto at = [&](const float* from, std::int64_t v) {
      const std::int64_t first = i + v * lanes::kLanes;
      return whole ? lanes::load(from + first) : lanes::load_part(from + first, count - first);
    };
    Numbers x;
    for (int v = 0; v < kTogether; ++v) x.of[v] = at(gate, v);
    x = apply(x);
    for (int v = 0; v < kTogether; ++v) {
      const std::int64_t first = i + v * lanes::kLanes;
      if (up != nullptr) x.of[v] *= at(up, v);
      if (whole) {
        lanes::store(gate + first, x.of[v]);
      } else {
        lanes::store_part(gate + first, x.of[v], count - first);
      }
    }
  }
}

void apply_activation(Activation activation, float* gate, const float* up, std::int64_t count) {
  switch (activation) {
    case Activation::silu:
      return apply_to_all<silu>(gate, up, count);
    case Activation::gelu_tanh:
      return apply_to_all<gelu_tanh>(gate, up, count);
    case Activation::gelu_erf:
      return apply_to_all<gelu_erf>(gate, up, count);
    case Activation::relu:
      return apply_to_all<relu>(gate, up, count);
  }
}

}  // namespace

void activate(Activation activation, Matrix x) {
  for_each_piece(x.rows, x.columns, [&](std::int64_t r, std::int64_t first, std::int64_t count) {
    apply_activation(activation, x.row(r) + first, nullptr, count);
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
  apply_activation(activation, gate, up, count);
}

}  // namespace phasescope::model
