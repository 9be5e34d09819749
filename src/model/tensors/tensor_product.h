#pragma once

#include "tensor_profile.h"

#include <array>

#include <ATen/core/Tensor.h>

namespace phasescope::model::tensors {

/// y = x W^T + b on a device: W [outputs, inputs] in float32, bfloat16 or float16, b [outputs] in float32 or
/// undefined.
struct TensorLinear {
  at::Tensor weight;
  at::Tensor bias;
  explicit operator bool() const { return weight.defined(); }
};

/// How many terms of the weights' type stand for an activation in a product.
enum class ProductTerms {
  one = 1,    ///< the activation is rounded to the weights' type
  three = 3,  ///< bfloat16 weights: the activation is represented exactly, so the result is one of float32
};

/// Three bfloat16 tensors, largest first, whose sum is the float32 tensor x: 3 x 8 bits of significand hold
/// float32's 24 (exact where no term leaves bfloat16's exponents).
std::array<at::Tensor, 3> bfloat16_terms(const at::Tensor& x);

/// True when products of bfloat16 or float16 matrices with a float32 result run on that device's matrix
/// units.
bool has_wide_products(c10::Device device);

/// a b^T of two bfloat16 or float16 matrices, summed and returned in float32. Elsewhere than on CUDA, and
/// with a libtorch before 2.8, operands are widened first: the same result, at float32's speed.
at::Tensor wide_product(const at::Tensor& a, const at::Tensor& b);

/// a b for each matrix of two batches [batch, n, k] and [batch, k, m] of one type, in float32 as above.
at::Tensor batched_product(const at::Tensor& a, const at::Tensor& b);

/// x W^T + b in float32; x [rows, inputs] float32. `terms` matters to weights that are not float32 only.
at::Tensor linear(const at::Tensor& x, const TensorLinear& weights, ProductTerms terms);

/// The same, counted under its shape.
at::Tensor timed_linear(const at::Tensor& x, const TensorLinear& weights, ProductTerms terms,
                        TensorProfile& profile);

}  // namespace phasescope::model::tensors
