#include "phasescope/stats/random.h"

#include "fixture.h"

#include <algorithm>
#include <array>
#include <map>

#include <gtest/gtest.h>

namespace phasescope::stats {
namespace {

// The first outputs of SplitMix64 for state 1234567, as published with the reference implementation's ports.
TEST(RandomStream, IsSplitMix64) {
  RandomStream stream(1234567);
  for (const std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                       4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(stream.next(), expected);
  }
}

// Source: an implementation in Python with integers of any size.
TEST(RandomStream, AgreesWithAnotherImplementation) {
  const Json random = testing::fixture("stats/scipy.json", "random");
  RandomStream stream(
      stream_key(random.at("seed"), random.at("purpose").get<std::string>(), random.at("draw")));
  for (const auto& expected : random.at("next")) {
    EXPECT_EQ(std::to_string(stream.next()), expected.get<std::string>());
  }
  const std::array<std::uint64_t, 6> bounds = {1, 2, 3, 10, 1000, (1ULL << 63) + 1};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    EXPECT_EQ(std::to_string(stream.below(bounds[i])), random.at("below")[i].get<std::string>());
  }
}

TEST(RandomPermutation, AgreesWithAnotherImplementation) {
  const Json expected = testing::fixture("stats/scipy.json", "random").at("permutation");
  RandomStream stream(
      stream_key(expected.at("seed"), expected.at("purpose").get<std::string>(), expected.at("draw")));
  EXPECT_EQ(random_permutation(12, stream), expected.at("order").get<std::vector<std::size_t>>());
}

// Closed form: each of the 24 orders of 4 items has probability 1/24. With 24000 draws a count has a standard
// deviation of 31; the bounds are five of them away.
TEST(RandomPermutation, IsUniform) {
  std::map<std::vector<std::size_t>, int> counts;
  for (std::uint64_t draw = 0; draw < 24000; ++draw) {
    RandomStream stream(stream_key(5, "uniform", draw));
    ++counts[random_permutation(4, stream)];
  }
  EXPECT_EQ(counts.size(), 24U);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 155);
}

TEST(RandomStream, IsUniformBelowABoundAndOnTheUnitInterval) {
  RandomStream stream(stream_key(1, "bounds", 0));
  std::array<int, 5> counts{};
  double sum = 0;
  for (int i = 0; i < 50000; ++i) {
    ++counts[static_cast<std::size_t>(stream.below(5))];
    const double value = stream.uniform();
    EXPECT_TRUE(value >= 0 && value < 1);
    sum += value;
  }
  for (const int count : counts) EXPECT_NEAR(count, 10000, 450);  // five standard deviations
  EXPECT_NEAR(sum / 50000, 0.5, 0.0065);
}

TEST(StreamKey, SeparatesSeedsPurposesAndDraws) {
  const std::uint64_t key = stream_key(1, "a", 0);
  EXPECT_NE(key, stream_key(2, "a", 0));
  EXPECT_NE(key, stream_key(1, "b", 0));
  EXPECT_NE(key, stream_key(1, "a", 1));
}

}  // namespace
}  // namespace phasescope::stats
