#include "tensor_product.h"

#include "torch_version.h"

#include <algorithm>
#include <string>

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

/// Up to this many rows the three terms' rows go through a product together, which reads the weights once
/// instead of three times; beyond it, sums in place save more than that (measured on an H200).
constexpr std::int64_t kStackedRows = 256;
/// Matrix units cut off what does not fit their sums, always towards zero, so that the error of a product
/// grows with its length (measured on an H200: 6e-6 of the largest result at 4,096 inputs, 2e-5 at 14,336).
/// Sums over pieces of this many inputs, added up with rounding, keep it near float32's.
constexpr std::int64_t kInputsAtOnce = 2048;

/// Each term is what the ones before it leave, rounded to bfloat16.
void write_terms(const at::Tensor& x, const std::array<at::Tensor, 3>& terms) {
  terms[0].copy_(x);
  at::Tensor rest = x - terms[0];
  terms[1].copy_(rest);
  rest.sub_(terms[1]);
  terms[2].copy_(rest);
}

/// sum += a b^T
void add_wide_product(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b) {
#if PHASESCOPE_TORCH_AT_LEAST(2, 8)
  if (has_wide_products(a.device())) {
    at::addmm_out(sum, sum, a, b.t(), at::kFloat);
    return;
  }
#endif
  sum.add_(wide_product(a, b));
}

/// sum += a b^T, a piece of the inputs at a time; an undefined sum is 0.
void add_in_pieces(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b) {
  for (std::int64_t first = 0; first < a.size(1); first += kInputsAtOnce) {
    const std::int64_t count = std::min(kInputsAtOnce, a.size(1) - first);
    const at::Tensor inputs = a.narrow(1, first, count);
    const at::Tensor weights = b.narrow(1, first, count);
    if (sum.defined()) {
      add_wide_product(sum, inputs, weights);
    } else {
      sum = wide_product(inputs, weights);
    }
  }
}

/// All three terms' rows through the same products.
at::Tensor stacked_product(const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor terms = at::empty({3, x.size(0), x.size(1)}, x.options().dtype(weight.scalar_type()));
  write_terms(x, {terms[0], terms[1], terms[2]});
  at::Tensor sums;
  add_in_pieces(sums, terms.view({3 * x.size(0), x.size(1)}), weight);
  return sums.view({3, x.size(0), weight.size(0)}).sum(0);
}

/// Smallest terms first, so that what they add up to is not lost beside the largest.
at::Tensor three_term_product(const at::Tensor& x, const at::Tensor& weight) {
  if (x.size(0) <= kStackedRows) return stacked_product(x, weight);
  const auto [high, middle, low] = bfloat16_terms(x);
  at::Tensor sum = wide_product(low, weight);
  add_wide_product(sum, middle, weight);
  add_in_pieces(sum, high, weight);
  return sum;
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight, ProductTerms terms) {
  if (weight.scalar_type() == at::kFloat) return at::mm(x, weight.t());
  if (weight.scalar_type() == at::kBFloat16 && terms == ProductTerms::three)
    return three_term_product(x, weight);
  return wide_product(x.to(weight.scalar_type()), weight);
}

}  // namespace

std::array<at::Tensor, 3> bfloat16_terms(const at::Tensor& x) {
  const auto empty = [&] { return at::empty(x.sizes(), x.options().dtype(at::kBFloat16)); };
  std::array<at::Tensor, 3> terms = {empty(), empty(), empty()};
  write_terms(x, terms);
  return terms;
}

bool has_wide_products(c10::Device device) {
  return PHASESCOPE_TORCH_AT_LEAST(2, 8) && device.is_cuda();
}

at::Tensor wide_product(const at::Tensor& a, const at::Tensor& b) {
#if PHASESCOPE_TORCH_AT_LEAST(2, 8)
  if (has_wide_products(a.device())) return at::mm(a, b.t(), at::kFloat);
#endif
  return at::mm(a.to(at::kFloat), b.to(at::kFloat).t());
}

at::Tensor batched_product(const at::Tensor& a, const at::Tensor& b) {
#if PHASESCOPE_TORCH_AT_LEAST(2, 8)
  if (a.scalar_type() != at::kFloat && has_wide_products(a.device())) return at::bmm(a, b, at::kFloat);
#endif
  return at::bmm(a.to(at::kFloat), b.to(at::kFloat));
}

at::Tensor linear(const at::Tensor& x, const TensorLinear& weights, ProductTerms terms) {
  at::Tensor y = product(x, weights.weight, terms);
  if (weights.bias.defined()) y.add_(weights.bias);
  return y;
}

at::Tensor timed_linear(const at::Tensor& x, const TensorLinear& weights, ProductTerms terms,
                        TensorProfile& profile) {
  if (!profile.measures()) return linear(x, weights, terms);
  const std::int64_t outputs = weights.weight.size(0), inputs = weights.weight.size(1);
  const TensorClock clock(profile, "product " + std::to_string(inputs) + " x " + std::to_string(outputs),
                          2.0 * static_cast<double>(x.size(0)) * static_cast<double>(inputs * outputs));
  return linear(x, weights, terms);
}

}  // namespace phasescope::model::tensors
