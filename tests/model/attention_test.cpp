// Attention kernels. Source of what is expected: the definition, softmax(mask(scale q.k)) v, in float64 loops
// below.
#include "attention.h"

#include "random_matrix.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <gtest/gtest.h>

namespace phasescope::model {
namespace {

using testing::OwnedMatrix;

struct Shape {
  std::int64_t queries;
  std::int64_t positions;
};

/// One sequence with room for its results; every gap between rows is filled with a value that must survive.
struct Sequence {
  static constexpr float kUntouched = 77;

  Sequence(const AttentionSettings& settings, Shape shape, std::uint32_t seed)
      : queries(OwnedMatrix::random(shape.queries, settings.heads * settings.head_dim, seed, 2, 5)),
        keys(OwnedMatrix::random(shape.positions, settings.key_value_heads * settings.head_dim, seed + 1, 2,
                                 3)),
        values(OwnedMatrix::random(shape.positions, settings.key_value_heads * settings.head_dim, seed + 2, 1,
                                   1)),
        output(shape.queries, settings.heads * settings.head_dim, 4, kUntouched),
        mean(shape.queries, shape.positions, 2, kUntouched) {}

  AttentionItem item(bool wants_mean = true) {
    return {std::as_const(queries).view(), std::as_const(keys).view(), std::as_const(values).view(),
            output.view(), wants_mean ? mean.view() : Matrix{}};
  }

  OwnedMatrix queries, keys, values, output, mean;
};

/// Weights of one query of one head over all positions, 0 where it does not look.
std::vector<double> reference_weights(const AttentionSettings& s, const Sequence& sequence,
                                      std::int64_t query, std::int64_t head) {
  const OwnedMatrix& q = sequence.queries;
  const OwnedMatrix& k = sequence.keys;
  const std::int64_t position = k.rows() - q.rows() + query;
  const std::int64_t key_head = head / (s.heads / s.key_value_heads);
  std::vector<double> weights(static_cast<std::size_t>(k.rows()), 0);
  double total = 0;
  for (std::int64_t key = 0; key <= position; ++key) {
    if (s.window && key <= position - *s.window) continue;
    double score = 0;
    for (std::int64_t d = 0; d < s.head_dim; ++d)
      score += q.at(query, head * s.head_dim + d) * k.at(key, key_head * s.head_dim + d);
    score *= static_cast<double>(s.score_scale);
    if (s.score_softcap) score = *s.score_softcap * std::tanh(score / static_cast<double>(*s.score_softcap));
    total += weights[static_cast<std::size_t>(key)] = std::exp(score);
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

void expect_reference(const AttentionSettings& s, const Sequence& sequence) {
  const std::int64_t positions = sequence.keys.rows();
  for (std::int64_t q = 0; q < sequence.queries.rows(); ++q) {
    std::vector<double> mean(static_cast<std::size_t>(positions), 0);
    for (std::int64_t h = 0; h < s.heads; ++h) {
      const std::vector<double> weights = reference_weights(s, sequence, q, h);
      const std::int64_t value_column = h / (s.heads / s.key_value_heads) * s.head_dim;
      for (std::int64_t d = 0; d < s.head_dim; ++d) {
        double expected = 0;
        for (std::int64_t k = 0; k < positions; ++k)
          expected += weights[static_cast<std::size_t>(k)] * sequence.values.at(k, value_column + d);
        ASSERT_NEAR(sequence.output.at(q, h * s.head_dim + d), expected, 5e-6)
            << "query " << q << " head " << h;
      }
      for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += weights[k] / static_cast<double>(s.heads);
    }
    for (std::int64_t k = 0; k < positions; ++k)
      ASSERT_NEAR(sequence.mean.at(q, k), mean[static_cast<std::size_t>(k)], 2e-6)
          << "query " << q << " key " << k;
  }
}

void run_and_expect(const AttentionSettings& settings, Shape shape) {
  Sequence sequence(settings, shape, 7);
  attend(settings, {sequence.item()});
  expect_reference(settings, sequence);
}

AttentionSettings settings(std::int64_t heads = 4, std::int64_t key_value_heads = 2) {
  AttentionSettings result;
  result.heads = heads;
  result.key_value_heads = key_value_heads;
  result.head_dim = 6;
  result.score_scale = 0.4F;
  return result;
}

TEST(Attention, AsManyKeyHeadsAsHeads) {
  run_and_expect(settings(3, 3), {9, 9});
}

TEST(Attention, GroupsOfHeadsShareKeys) {
  run_and_expect(settings(6, 2), {9, 9});
  run_and_expect(settings(5, 1), {9, 9});
}

/// Head widths of published models: whole vectors and others; and more keys than one tile holds.
TEST(Attention, HeadWidthsAndTilesOfKeys) {
  for (const std::int64_t head_dim : {16, 64, 80, 100}) {
    AttentionSettings wide = settings(6, 2);
    wide.head_dim = head_dim;
    wide.score_scale = 0.1F;
    run_and_expect(wide, {5, 5});
    run_and_expect(wide, {300, 300});
    run_and_expect(wide, {1, 300});
  }
}

TEST(Attention, OneToken) {
  run_and_expect(settings(), {1, 1});
}

/// Work is cut after 64 queries.
TEST(Attention, AroundTheBorderOfATile) {
  for (const std::int64_t tokens : {63, 64, 65, 128, 130}) run_and_expect(settings(), {tokens, tokens});
}

/// Windows cut keys off before, at and after the border of a tile.
TEST(Attention, Windows) {
  for (const std::int64_t window : {1, 2, 63, 64, 65, 129, 500}) {
    AttentionSettings windowed = settings();
    windowed.window = window;
    run_and_expect(windowed, {130, 130});
  }
}

TEST(Attention, SoftCap) {
  AttentionSettings capped = settings();
  capped.score_scale = 3;  // far into the cap
  capped.score_softcap = 2.0F;
  run_and_expect(capped, {70, 70});
  capped.window = 5;
  run_and_expect(capped, {70, 70});
}

/// Queries of the newest tokens over keys of all of them.
TEST(Attention, Decoding) {
  for (const std::int64_t queries : {1, 3, 66}) {
    AttentionSettings decoding = settings();
    run_and_expect(decoding, {queries, 140});
    decoding.window = 17;
    run_and_expect(decoding, {queries, 140});
  }
}

/// Scores of thousands: the largest alone counts, and nothing overflows.
TEST(Attention, LargeScores) {
  AttentionSettings large = settings();
  large.score_scale = 1000;
  Sequence sequence(large, {20, 20}, 3);
  attend(large, {sequence.item()});
  for (std::int64_t q = 0; q < 20; ++q) {
    double sum = 0;
    for (std::int64_t k = 0; k <= q; ++k) sum += sequence.mean.at(q, k);
    EXPECT_NEAR(sum, 1, 1e-6) << q;
    for (std::int64_t c = 0; c < sequence.output.columns(); ++c)
      EXPECT_LE(std::abs(sequence.output.at(q, c)), 1);
  }
}

TEST(Attention, MeanWeightsOfEveryQuerySumToOne) {
  AttentionSettings windowed = settings();
  windowed.window = 40;
  Sequence sequence(windowed, {130, 130}, 11);
  attend(windowed, {sequence.item()});
  for (std::int64_t q = 0; q < 130; ++q) {
    double sum = 0;
    for (std::int64_t k = 0; k < 130; ++k) {
      sum += sequence.mean.at(q, k);
      const bool seen = k <= q && k > q - 40;
      EXPECT_EQ(sequence.mean.at(q, k) > 0, seen) << q << " " << k;
    }
    EXPECT_NEAR(sum, 1, 1e-5) << q;
  }
}

/// Sequences of one batch do not see each other.
TEST(Attention, SequencesOfABatchAreAlone) {
  std::vector<Sequence> together;
  const std::vector<Shape> shapes = {{1, 1}, {65, 65}, {2, 90}, {7, 7}};
  for (std::size_t i = 0; i < shapes.size(); ++i)
    together.emplace_back(settings(), shapes[i], static_cast<std::uint32_t>(10 * i));
  std::vector<AttentionItem> items;
  for (Sequence& sequence : together) items.push_back(sequence.item());
  attend(settings(), items);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    expect_reference(settings(), together[i]);
    Sequence alone(settings(), shapes[i], static_cast<std::uint32_t>(10 * i));
    attend(settings(), {alone.item()});
    for (std::int64_t q = 0; q < shapes[i].queries; ++q)
      for (std::int64_t c = 0; c < alone.output.columns(); ++c)
        ASSERT_EQ(alone.output.at(q, c), together[i].output.at(q, c)) << "sequence " << i;
  }
}

TEST(Attention, WritesNothingBesideItsResults) {
  Sequence sequence(settings(), {66, 80}, 5);
  attend(settings(), {sequence.item(false)});
  const ConstMatrix output = std::as_const(sequence.output).view();
  for (std::int64_t q = 0; q < output.rows; ++q)
    for (std::int64_t c = output.columns; c < output.stride; ++c)
      EXPECT_EQ(output.row(q)[c], Sequence::kUntouched);
  for (std::int64_t q = 0; q < sequence.mean.rows(); ++q)
    for (std::int64_t k = 0; k < sequence.mean.columns(); ++k)
      ASSERT_EQ(sequence.mean.at(q, k), Sequence::kUntouched);  // not wanted
}

}  // namespace
}  // namespace phasescope::model
