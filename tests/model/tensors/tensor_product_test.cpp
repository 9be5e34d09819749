// Products of three bfloat16 terms. Source of what is expected: the same products in float64.
#include "tensor_product.h"

#include "../random_matrix.h"
#include "tensor_block_weights.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace phasescope::model::tensors {
namespace {

using testing::OwnedMatrix;

/// [rows, columns] with entries over many orders of magnitude, as activations have.
at::Tensor activations(std::int64_t rows, std::int64_t columns, std::uint32_t seed) {
  OwnedMatrix numbers = OwnedMatrix::random(rows, columns, seed);
  const at::Tensor x = at::from_blob(numbers.view().data, {rows, columns}, at::kFloat).clone();
  return x * (x * 37).sin().mul_(6).exp();
}

at::Tensor bfloat16_weights(std::int64_t outputs, std::int64_t inputs, std::uint32_t seed) {
  OwnedMatrix numbers = OwnedMatrix::random(outputs, inputs, seed, 0.05F);
  return at::from_blob(numbers.view().data, {outputs, inputs}, at::kFloat).to(at::kBFloat16);
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

double error_of(const at::Tensor& found, const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor expected = at::mm(x.to(at::kDouble), weight.to(at::kDouble).t());
  return largest(found.to(at::kDouble) - expected) / largest(expected);
}

TEST(TensorProduct, ThreeBfloat16TermsAreTheNumberItself) {
  const at::Tensor x = activations(64, 64, 1);
  const auto terms = bfloat16_terms(x);
  at::Tensor sum = at::zeros({64, 64}, at::kDouble);
  for (const at::Tensor& term : terms) sum.add_(term.to(at::kDouble));
  EXPECT_EQ(largest(sum - x.to(at::kDouble)), 0);
  EXPECT_GT(largest(terms[2].to(at::kFloat)), 0) << "two terms are enough here: the test shows nothing";
}

TEST(TensorProduct, ThreeTermsHaveTheErrorOfFloat32AndOneTermThatOfBfloat16) {
  for (const std::int64_t rows : {3, 700}) {  // stacked in one product, and summed in place
    const at::Tensor x = activations(rows, 2048, 2);
    const at::Tensor weight = bfloat16_weights(40, 2048, 3);
    const double plain = error_of(at::mm(x, weight.to(at::kFloat).t()), x, weight);
    const double three = error_of(linear(x, {weight, {}}, ProductTerms::three), x, weight);
    const double one = error_of(linear(x, {weight, {}}, ProductTerms::one), x, weight);
    EXPECT_LT(three, 4 * plain) << rows;  // float32's own error depends on the library
    EXPECT_LT(three, one / 100) << rows;
    EXPECT_GT(one, 1e-4) << rows;
  }
}

TEST(TensorProduct, TheBiasIsAddedToEveryRow) {
  const at::Tensor x = activations(5, 16, 4);
  const at::Tensor weight = bfloat16_weights(8, 16, 5).to(at::kFloat);
  const at::Tensor bias = at::arange(8, at::kFloat);
  const at::Tensor without = linear(x, {weight, {}}, ProductTerms::one);
  EXPECT_EQ(largest(linear(x, {weight, bias}, ProductTerms::one) - without - bias) < 1e-5, true);
}

TEST(TensorProduct, NumbersThatBfloat16HoldsAreNarrowedAndOthersRefused) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::ldexp(static_cast<float>(i % 256), -20);
  std::vector<at::BFloat16> narrowed(values.size());
  EXPECT_TRUE(narrow_exactly(values.data(), 1000, narrowed.data()));
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(static_cast<float>(narrowed[i]), values[i]);
  values[777] = 257;  // nine significant bits
  EXPECT_FALSE(narrow_exactly(values.data(), 1000, narrowed.data()));
}

}  // namespace
}  // namespace phasescope::model::tensors
