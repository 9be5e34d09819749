// What logits say of the next token, and drawing it. Source of what is expected: float64 loops below, and
// cases worked out by hand.
#include "next_token.h"

#include "random_matrix.h"
#include "running_distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace phasescope::model {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

TokenDistribution described(const std::vector<float>& logits) {
  return describe(logits.data(), static_cast<std::int64_t>(logits.size()));
}

std::vector<float> random_logits(std::int64_t count, float scale, std::uint32_t seed) {
  const testing::OwnedMatrix matrix = testing::OwnedMatrix::random(1, count, seed, scale);
  const ConstMatrix view = matrix.view();
  return {view.data, view.data + count};
}

void expect_reference(const std::vector<float>& logits) {
  std::vector<long double> probabilities;
  const float largest = *std::max_element(logits.begin(), logits.end());
  long double sum = 0;
  for (const float z : logits) sum += std::exp(static_cast<long double>(z) - largest);
  long double entropy = 0;
  for (const float z : logits) {
    const long double p = std::exp(static_cast<long double>(z) - largest) / sum;
    if (p > 0) entropy -= p * std::log(p);
    probabilities.push_back(p);
  }
  std::sort(probabilities.rbegin(), probabilities.rend());
  const TokenDistribution found = described(logits);
  EXPECT_TRUE(found.finite);
  EXPECT_EQ(logits[static_cast<std::size_t>(found.best)], largest);
  EXPECT_NEAR(found.top1, static_cast<double>(probabilities[0]), 1e-6);
  EXPECT_NEAR(found.margin, static_cast<double>(probabilities[0] - probabilities[1]), 1e-6);
  EXPECT_NEAR(found.entropy, static_cast<double>(entropy), 1e-5);
  EXPECT_NEAR(found.log_normalizer, static_cast<double>(largest + std::log(sum)), 1e-5);
}

TEST(Describe, AgreesWithTheDefinition) {
  for (const std::int64_t vocabulary : {2, 5, 4096, 4097, 50257}) {
    expect_reference(random_logits(vocabulary, 1, 1));
    expect_reference(random_logits(vocabulary, 20, 2));
  }
}

TEST(Describe, EqualLogits) {
  const TokenDistribution found = described(std::vector<float>(1000, -3.0F));
  EXPECT_EQ(found.best, 0);
  EXPECT_NEAR(found.top1, 1e-3, 1e-12);
  EXPECT_EQ(found.margin, 0);
  EXPECT_NEAR(found.entropy, std::log(1000.0), 1e-9);
}

TEST(Describe, ATieGoesToTheLowestId) {
  const TokenDistribution found = described({1, 7, 3, 7, 7});
  EXPECT_EQ(found.best, 1);
  EXPECT_EQ(found.margin, 0);
}

/// Margins far below what float32 can tell from zero.
TEST(Describe, SmallMargins) {
  const float above = std::nextafter(8.0F, 9.0F);  // 2^-20 above 8
  const TokenDistribution found = described({8, above});
  EXPECT_EQ(found.best, 1);
  EXPECT_NEAR(found.margin, 0x1p-21, 1e-12);
}

TEST(Describe, CertainTokens) {
  const TokenDistribution found = described({0, 500, 0});
  EXPECT_EQ(found.top1, 1);
  EXPECT_EQ(found.margin, 1);
  EXPECT_EQ(found.entropy, 0);
  EXPECT_EQ(found.log_normalizer, 500);
}

TEST(Describe, OneTokenIsCertain) {
  const TokenDistribution found = described({-4});
  EXPECT_EQ(found.best, 0);
  EXPECT_EQ(found.top1, 1);
  EXPECT_EQ(found.margin, 1);
  EXPECT_EQ(found.entropy, 0);
}

/// Differences that leave the range of float32.
TEST(Describe, HugeLogits) {
  for (const std::vector<float>& logits :
       {std::vector<float>{-kLargest, kLargest, -kLargest}, {-1e38F, 3e38F, 0}}) {
    const TokenDistribution found = described(logits);
    EXPECT_TRUE(found.finite);
    EXPECT_EQ(found.best, 1);
    EXPECT_EQ(found.top1, 1);
    EXPECT_EQ(found.margin, 1);
    EXPECT_EQ(found.entropy, 0);
    EXPECT_EQ(found.log_normalizer, static_cast<double>(logits[1]));
  }
}

TEST(Describe, TellsLogitsThatAreNoNumbers) {
  for (const float bad : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_FALSE(described({1, bad, 2}).finite);
    EXPECT_FALSE(described({bad}).finite);
  }
}

std::int64_t chosen(const Sampling& sampling, const std::vector<float>& logits, double draw) {
  return choose(sampling, logits.data(), static_cast<std::int64_t>(logits.size()), draw);
}

/// Which tokens any draw can choose, and how often, in a thousand evenly spread draws.
std::map<std::int64_t, int> choices(const Sampling& sampling, const std::vector<float>& logits) {
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 1000; ++i) ++counts[chosen(sampling, logits, (i + 0.5) / 1000)];
  return counts;
}

Sampling sampling(double temperature = 1) {
  Sampling result;
  result.temperature = temperature;
  return result;
}

/// Probabilities 0.5, 0.25, 0.15, 0.1 of tokens 2, 0, 3, 1.
const std::vector<float> kLogits = {std::log(0.25F), std::log(0.1F), std::log(0.5F), std::log(0.15F)};

/// Piece by piece, with the largest logit in the first, a middle and the last piece.
TEST(RunningDistribution, PiecesGiveWhatTheWholeGives) {
  for (const std::size_t best : {std::size_t{3}, std::size_t{2500}, std::size_t{4999}}) {
    std::vector<float> logits(5000);
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>((i * 7919) % 1000) / 50.0F;
    logits[best] = 25;
    RunningDistribution running, likelihood(false);
    for (std::size_t first = 0; first < logits.size(); first += 700) {
      const auto count = static_cast<std::int64_t>(std::min<std::size_t>(700, logits.size() - first));
      running.add(logits.data() + first, count, static_cast<std::int64_t>(first));
      likelihood.add(logits.data() + first, count, static_cast<std::int64_t>(first));
    }
    const TokenDistribution whole = describe(logits.data(), 5000);
    const TokenDistribution pieces = running.distribution();
    EXPECT_EQ(pieces.best, static_cast<std::int64_t>(best));
    // Exponentials are float32, relative to another maximum.
    EXPECT_NEAR(pieces.top1, whole.top1, 1e-6);
    EXPECT_NEAR(pieces.margin, whole.margin, 1e-6);
    EXPECT_NEAR(pieces.entropy, whole.entropy, 1e-5);
    EXPECT_NEAR(pieces.log_normalizer, whole.log_normalizer, 1e-6);
    EXPECT_EQ(likelihood.distribution().log_normalizer, pieces.log_normalizer);
  }
}

/// Pieces described apart and appended in their order, the largest logit in the first, a middle or the last;
/// on a tie the first of the largest.
TEST(RunningDistribution, AppendedPiecesGiveWhatTheWholeGives) {
  for (const std::size_t best : {std::size_t{3}, std::size_t{2500}, std::size_t{4999}}) {
    std::vector<float> logits(5000);
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>((i * 7919) % 1000) / 50.0F;
    logits[best] = 25;
    if (best == 2500) logits[4000] = 25;
    RunningDistribution appended;
    for (std::size_t first = 0; first < logits.size(); first += 700) {
      const auto count = static_cast<std::int64_t>(std::min<std::size_t>(700, logits.size() - first));
      RunningDistribution piece;
      piece.add(logits.data() + first, count, static_cast<std::int64_t>(first));
      appended.append(piece);
    }
    const TokenDistribution whole = describe(logits.data(), 5000);
    const TokenDistribution pieces = appended.distribution();
    EXPECT_EQ(pieces.best, static_cast<std::int64_t>(best));
    // Exponentials are float32, relative to another maximum.
    EXPECT_NEAR(pieces.top1, whole.top1, 1e-6);
    EXPECT_NEAR(pieces.margin, whole.margin, 1e-6);
    EXPECT_NEAR(pieces.entropy, whole.entropy, 1e-5);
    EXPECT_NEAR(pieces.log_normalizer, whole.log_normalizer, 1e-6);
  }
}

TEST(RunningDistribution, AnAppendedPieceThatIsNotFiniteSpoilsTheRow) {
  const float fine[] = {1, 2, 3};
  const float broken[] = {1, std::numeric_limits<float>::quiet_NaN()};
  for (const bool broken_first : {true, false}) {
    RunningDistribution first, second;
    first.add(broken_first ? broken : fine, 2, 0);
    second.add(broken_first ? fine : broken, 2, 2);
    first.append(second);
    EXPECT_FALSE(first.distribution().finite);
  }
}

TEST(RunningDistribution, OnePieceThatIsNotFiniteSpoilsTheRow) {
  RunningDistribution running;
  const float fine[] = {1, 2, 3};
  const float broken[] = {1, std::numeric_limits<float>::quiet_NaN()};
  running.add(broken, 2, 0);
  running.add(fine, 3, 2);
  EXPECT_FALSE(running.distribution().finite);
}

TEST(Choose, GreedyTakesTheLargestWhateverIsDrawn) {
  for (const double draw : {0.0, 0.5, 0.999999}) {
    EXPECT_EQ(chosen(sampling(0), kLogits, draw), 2);
    EXPECT_EQ(chosen(sampling(0), {1, 3, 3, 2}, draw), 1);  // lowest id on a tie
  }
}

TEST(Choose, AtTemperatureOneDrawsByProbability) {
  EXPECT_EQ(choices(sampling(), kLogits),
            (std::map<std::int64_t, int>{{2, 500}, {0, 250}, {3, 150}, {1, 100}}));
}

TEST(Choose, DrawsWalkDownTheProbabilities) {
  EXPECT_EQ(chosen(sampling(), kLogits, 0), 2);
  EXPECT_EQ(chosen(sampling(), kLogits, 0.4999), 2);
  EXPECT_EQ(chosen(sampling(), kLogits, 0.5001), 0);
  EXPECT_EQ(chosen(sampling(), kLogits, 0.7501), 3);
  EXPECT_EQ(chosen(sampling(), kLogits, 0.9001), 1);
  EXPECT_EQ(chosen(sampling(), kLogits, 1 - 0x1p-53), 1);
}

TEST(Choose, TiesAreInOrderOfTheirIds) {
  const std::vector<float> equal(4, 2.0F);
  for (std::int64_t i = 0; i < 4; ++i)
    EXPECT_EQ(chosen(sampling(), equal, 0.125 + 0.25 * static_cast<double>(i)), i);
}

/// p^(1/T), normalised.
TEST(Choose, TemperatureSharpensAndFlattens) {
  const std::map<std::int64_t, int> sharp =
      choices(sampling(0.5), kLogits);  // squares: 0.25 0.0625 0.0225 0.01 of 0.345
  EXPECT_NEAR(sharp.at(2), 1000 * 0.25 / 0.345, 1);
  EXPECT_NEAR(sharp.at(1), 1000 * 0.01 / 0.345, 1);
  EXPECT_EQ(choices(sampling(1e-3), kLogits), (std::map<std::int64_t, int>{{2, 1000}}));
  EXPECT_EQ(choices(sampling(1e-300), kLogits), (std::map<std::int64_t, int>{{2, 1000}}));
  EXPECT_EQ(choices(sampling(1e9), kLogits),
            (std::map<std::int64_t, int>{{0, 250}, {1, 250}, {2, 250}, {3, 250}}));
}

TEST(Choose, TopK) {
  Sampling rule = sampling();
  rule.top_k = 1;
  EXPECT_EQ(choices(rule, kLogits), (std::map<std::int64_t, int>{{2, 1000}}));
  rule.top_k = 2;
  const auto two = choices(rule, kLogits);
  EXPECT_NEAR(two.at(2), 667, 1);
  EXPECT_EQ(two.size(), 2U);
  for (const std::int64_t all : {0, 4, 5, 1000000}) {
    rule.top_k = all;
    EXPECT_EQ(choices(rule, kLogits), choices(sampling(), kLogits));
  }
}

TEST(Choose, TopPKeepsTheSmallestSetThatReachesIt) {
  const auto kept = [](double top_p) {
    Sampling rule = sampling();
    rule.top_p = top_p;
    return choices(rule, kLogits).size();
  };
  EXPECT_EQ(kept(0), 1U);  // never none
  EXPECT_EQ(kept(0.3), 1U);
  EXPECT_EQ(kept(0.49), 1U);
  EXPECT_EQ(kept(0.51), 2U);
  EXPECT_EQ(kept(0.76), 3U);
  EXPECT_EQ(kept(0.91), 4U);
  EXPECT_EQ(kept(1), 4U);
}

TEST(Choose, MinPDropsShareOfTheLargest) {
  const auto kept = [](double min_p) {
    Sampling rule = sampling();
    rule.min_p = min_p;
    return choices(rule, kLogits).size();
  };
  EXPECT_EQ(kept(0), 4U);
  EXPECT_EQ(kept(0.19), 4U);  // of 0.5: 0.095
  EXPECT_EQ(kept(0.21), 3U);
  EXPECT_EQ(kept(0.31), 2U);
  EXPECT_EQ(kept(0.51), 1U);
  EXPECT_EQ(kept(1), 1U);
}

/// The definition: sort all, keep, add up.
std::int64_t chosen_from_all(const Sampling& rule, const std::vector<float>& logits, double draw) {
  std::vector<std::int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto logit = [&](std::int64_t token) { return logits[static_cast<std::size_t>(token)]; };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return logit(a) > logit(b); });
  if (rule.top_k > 0) order.resize(static_cast<std::size_t>(rule.top_k));
  std::vector<double> weights;
  double total = 0, kept = 0;
  for (const std::int64_t token : order) {
    weights.push_back(std::exp((static_cast<double>(logit(token)) - logit(order[0])) / rule.temperature));
    total += weights.back();
  }
  std::size_t count = 0;
  while (count < weights.size() && kept < rule.top_p * total && weights[count] >= rule.min_p)
    kept += weights[count++];
  double before = 0;
  for (std::size_t rank = 0; rank < count; ++rank) {
    before += weights[rank];
    if (draw * kept < before) return order[rank];
  }
  return order[count - 1];
}

/// Draws that end anywhere among 20,000 tokens, ties among them.
TEST(Choose, LargeVocabulariesAsSmallOnes) {
  std::vector<float> logits = random_logits(20000, 2, 9);
  for (float& logit : logits) logit = std::round(logit * 4096) / 4096;
  for (const auto& [top_k, top_p, min_p] :
       {std::tuple{0, 1.0, 0.0}, {5000, 1.0, 0.0}, {0, 0.9, 0.0}, {0, 1.0, 1e-3}, {3000, 0.8, 1e-4}}) {
    Sampling rule = sampling(0.7);
    rule.top_k = top_k;
    rule.top_p = top_p;
    rule.min_p = min_p;
    for (int i = 0; i < 100; ++i) {
      const double draw = (i + 0.37) / 100;
      EXPECT_EQ(chosen(rule, logits, draw), chosen_from_all(rule, logits, draw)) << draw;
    }
  }
}

/// Temperature first: at 1/2 the probabilities are those of the squares, of which the first alone is above
/// 0.7.
TEST(Choose, RulesFollowEachOther) {
  Sampling rule = sampling(0.5);
  rule.top_p = 0.7;
  EXPECT_EQ(choices(rule, kLogits).size(), 1U);
  rule = sampling();
  rule.top_k = 2;    // leaves 2/3 and 1/3
  rule.top_p = 0.6;  // of which the first reaches 0.6
  EXPECT_EQ(choices(rule, kLogits).size(), 1U);
  rule.top_p = 0.7;
  rule.min_p = 0.6;  // 1/3 is half of 2/3
  EXPECT_EQ(choices(rule, kLogits).size(), 1U);
  rule.min_p = 0.4;
  EXPECT_EQ(choices(rule, kLogits).size(), 2U);
}

TEST(Choose, TokensWithoutProbabilityAreNeverChosen) {
  const std::vector<float> logits = {-2000, 0, -2000};
  EXPECT_EQ(choices(sampling(), logits), (std::map<std::int64_t, int>{{1, 1000}}));
  EXPECT_EQ(chosen(sampling(), logits, 1 - 0x1p-53), 1);
}

TEST(Choose, OneToken) {
  EXPECT_EQ(chosen(sampling(), {3}, 0.7), 0);
}

TEST(UniformDraw, StaysInRange) {
  for (std::int64_t step = 0; step < 100000; ++step) {
    const double draw = uniform_draw(1234, step % 7, step);
    ASSERT_GE(draw, 0);
    ASSERT_LT(draw, 1);
  }
}

/// Pearson's chi-squared over bins of equal width; with 99 degrees of freedom a uniform source stays below
/// 148.2 in all but one case of a thousand.
double chi_squared(const std::vector<double>& draws) {
  std::vector<double> counts(100, 0);
  for (const double draw : draws) ++counts[static_cast<std::size_t>(100 * draw)];
  const double expected = static_cast<double>(draws.size()) / 100;
  double sum = 0;
  for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(UniformDraw, IsUniformAlongStepsSequencesAndSeeds) {
  std::vector<double> steps, sequences, seeds;
  for (std::int64_t i = 0; i < 20000; ++i) {
    steps.push_back(uniform_draw(1234, 0, i));
    sequences.push_back(uniform_draw(1234, i, 0));
    seeds.push_back(uniform_draw(static_cast<std::uint64_t>(i), 0, 0));
  }
  EXPECT_LT(chi_squared(steps), 148.2);
  EXPECT_LT(chi_squared(sequences), 148.2);
  EXPECT_LT(chi_squared(seeds), 148.2);
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - 0.5) * (b[i] - 0.5);
  return 12 * sum / static_cast<double>(a.size());  // a uniform number has variance 1/12
}

/// Neighbouring sequences, steps and seeds do not follow each other: 5 standard deviations of 20,000 pairs
/// are 0.035.
TEST(UniformDraw, NeighboursAreUncorrelated) {
  std::vector<double> here, next_step, next_sequence, next_seed, swapped;
  for (std::int64_t i = 0; i < 20000; ++i) {
    here.push_back(uniform_draw(7, i, 2 * i + 1));
    next_step.push_back(uniform_draw(7, i, 2 * i + 2));
    next_sequence.push_back(uniform_draw(7, i + 1, 2 * i + 1));
    next_seed.push_back(uniform_draw(8, i, 2 * i + 1));
    swapped.push_back(uniform_draw(7, 2 * i + 1, i));
  }
  for (const auto* other : {&next_step, &next_sequence, &next_seed, &swapped})
    EXPECT_LT(std::abs(correlation(here, *other)), 0.035);
}

TEST(UniformDraw, DependsOnItsThreeNumbersAlone) {
  const double before = uniform_draw(1234, 5, 6);
  uniform_draw(1234, 0, 0);
  EXPECT_EQ(uniform_draw(1234, 5, 6), before);
  std::set<double> all;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::int64_t sequence = 0; sequence < 20; ++sequence)
      for (std::int64_t step = 0; step < 20; ++step) all.insert(uniform_draw(seed, sequence, step));
  EXPECT_EQ(all.size(), 8000U);
}

}  // namespace
}  // namespace phasescope::model
