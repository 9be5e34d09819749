// Reductions of logits on tensors. Source of what is expected: describe() and choose(), which
// next_token_test.cpp holds to closed forms.
#include "tensor_logits.h"

#include "../random_matrix.h"

#include <limits>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace phasescope::model::tensors {
namespace {

using testing::OwnedMatrix;

at::Tensor tensor_over(OwnedMatrix& matrix) {
  return at::from_blob(matrix.view().data, {matrix.rows(), matrix.columns()}, at::kFloat);
}

TEST(TensorLogits, ReductionsAgreeWithThoseOfPlainMemory) {
  OwnedMatrix logits = OwnedMatrix::random(4, 5000, 1, 20);
  logits.at(1, 17) = logits.at(1, 4000) = 30;  // a tie
  const std::vector<LogitRow> wanted = {{0, 3, -1}, {1, -1, 0.5}, {2, 4999, 0.1}, {3, -1, -1}};
  const std::vector<LogitOutcome> outcomes = outcomes_of(tensor_over(logits), wanted.data(), {});
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const TokenDistribution expected = describe(logits.view().row(row), 5000);
    const TokenDistribution& found = outcomes[i].distribution;
    EXPECT_TRUE(found.finite);
    EXPECT_EQ(found.best, expected.best);
    EXPECT_NEAR(found.top1, expected.top1, 1e-7);
    EXPECT_NEAR(found.margin, expected.margin, 1e-7);
    EXPECT_NEAR(found.entropy, expected.entropy, 1e-6);
    EXPECT_NEAR(found.log_normalizer, expected.log_normalizer, 1e-6);
    if (wanted[i].target >= 0) {
      EXPECT_EQ(outcomes[i].target_logit, logits.at(row, wanted[i].target));
    }
    EXPECT_EQ(outcomes[i].chosen, wanted[i].draw < 0 ? -1 : expected.best);
  }
}

TEST(TensorLogits, DrawsAreThoseOfPlainMemory) {
  OwnedMatrix logits = OwnedMatrix::random(50, 300, 2, 4);
  Sampling sampling;
  sampling.temperature = 0.8;
  sampling.top_p = 0.9;
  std::vector<LogitRow> wanted;
  for (std::int64_t i = 0; i < 50; ++i) wanted.push_back({i, -1, static_cast<double>(i) / 50});
  const std::vector<LogitOutcome> outcomes = outcomes_of(tensor_over(logits), wanted.data(), sampling);
  for (std::int64_t i = 0; i < 50; ++i) {
    const auto& outcome = outcomes[static_cast<std::size_t>(i)];
    EXPECT_EQ(outcome.chosen, choose(sampling, logits.view().row(i), 300, static_cast<double>(i) / 50));
  }
}

TEST(TensorLogits, ARowWithANumberThatIsNoneIsSeenAndSpoilsNoOther) {
  OwnedMatrix logits = OwnedMatrix::random(3, 100, 3);
  logits.at(1, 50) = std::numeric_limits<float>::quiet_NaN();
  logits.at(2, 50) = -std::numeric_limits<float>::infinity();
  const std::vector<LogitRow> wanted = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}};
  const std::vector<LogitOutcome> outcomes = outcomes_of(tensor_over(logits), wanted.data(), {});
  EXPECT_TRUE(outcomes[0].distribution.finite);
  EXPECT_FALSE(outcomes[1].distribution.finite);
  EXPECT_FALSE(outcomes[2].distribution.finite);
  EXPECT_EQ(outcomes[1].chosen, -1);
}

}  // namespace
}  // namespace phasescope::model::tensors
