// Padded, grouped attention on tensors. Source of what is expected: the attention of plain memory, sequence
// by sequence, which attention_test.cpp holds to the definition.
#include "tensor_attention.h"

#include "../random_matrix.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace phasescope::model::tensors {
namespace {

using testing::OwnedMatrix;

checkpoint::Architecture architecture_with(std::optional<std::int64_t> window) {
  checkpoint::Architecture architecture;
  architecture.heads = 6;
  architecture.key_value_heads = 2;
  architecture.head_dim = 8;
  architecture.pattern = {{window, 0, false}};
  return architecture;
}

AttentionSettings settings_of(const checkpoint::Architecture& architecture) {
  AttentionSettings settings;
  settings.heads = architecture.heads;
  settings.key_value_heads = architecture.key_value_heads;
  settings.head_dim = architecture.head_dim;
  settings.score_scale = 0.4F;
  settings.score_softcap = 3.0F;
  settings.window = architecture.pattern.front().window;
  return settings;
}

at::Tensor tensor_over(OwnedMatrix& matrix) {
  return at::from_blob(matrix.view().data, {matrix.rows(), matrix.columns()}, at::kFloat);
}

PassRows pass_of(const std::vector<std::int64_t>& lengths) {
  PassRows pass;
  for (const std::int64_t length : lengths) {
    const auto first = static_cast<std::int64_t>(pass.tokens.size());
    pass.sequences.push_back({pass.sequences.size(), first, length, 0});
    pass.tokens.resize(pass.tokens.size() + static_cast<std::size_t>(length));
  }
  return pass;
}

/// Runs a pass of whole prompts both ways, with at most `scores` scores at one time.
void expect_agreement(const std::vector<std::int64_t>& lengths, std::optional<std::int64_t> window,
                      std::int64_t scores, std::size_t least_groups) {
  const checkpoint::Architecture architecture = architecture_with(window);
  const AttentionSettings settings = settings_of(architecture);
  const PassRows pass = pass_of(lengths);
  const auto rows = static_cast<std::int64_t>(pass.tokens.size());
  OwnedMatrix queries = OwnedMatrix::random(rows, architecture.query_width(), 1, 2);
  OwnedMatrix keys = OwnedMatrix::random(rows, architecture.key_value_width(), 2, 2);
  OwnedMatrix values = OwnedMatrix::random(rows, architecture.key_value_width(), 3);
  OwnedMatrix expected(rows, architecture.query_width());
  std::vector<AttentionItem> items;
  std::vector<std::int64_t> first_rows;
  for (const PassSequence& sequence : pass.sequences) {
    const auto slice = [&](OwnedMatrix& all) { return all.view().slice(sequence.first_row, sequence.rows); };
    items.push_back({slice(queries), slice(keys), slice(values), slice(expected), {}});
    first_rows.push_back(sequence.first_row);
  }
  attend(settings, items);

  const AttentionPlan plan(pass, first_rows, architecture, c10::Device("cpu"), scores);
  EXPECT_GE(plan.groups().size(), least_groups);
  const at::Tensor found =
      attend(settings, plan, tensor_over(queries), tensor_over(keys), tensor_over(values), nullptr);
  EXPECT_LT((found - tensor_over(expected)).abs().max().item<float>(), 2e-6F);
}

TEST(TensorAttention, SequencesOfDifferentLengthsAreOneGroup) {
  expect_agreement({5, 1, 9, 4}, std::nullopt, 1 << 20, 1);
  expect_agreement({5, 1, 9, 4}, 3, 1 << 20, 1);
}

TEST(TensorAttention, AnyBoundOnTheScoresGivesTheSameResult) {
  for (const std::int64_t scores : {1, 40, 400, 2000}) {
    expect_agreement({5, 33, 1, 9}, std::nullopt, scores, 2);
    expect_agreement({5, 33, 1, 9}, 4, scores, 2);
  }
}

TEST(TensorAttention, QueriesAreNotGatheredWhereTheyAreTheWholePass) {
  const checkpoint::Architecture architecture = architecture_with(std::nullopt);
  const AttentionPlan equal(pass_of({4, 4}), {0, 4}, architecture, c10::Device("cpu"));
  EXPECT_TRUE(equal.groups().front().whole);
  const AttentionPlan unequal(pass_of({4, 5}), {0, 4}, architecture, c10::Device("cpu"));
  EXPECT_FALSE(unequal.groups().front().whole);
}

}  // namespace
}  // namespace phasescope::model::tensors
