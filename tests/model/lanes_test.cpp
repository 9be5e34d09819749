// Sixteen numbers at a time. Source of what is expected: the C library's functions in float64, and loops.
#include "lanes.h"

#include "random_matrix.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

namespace phasescope::model::lanes {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

using Numbers = std::vector<float>;

Numbers stored(Lanes x) {
  Numbers numbers(kLanes);
  store(numbers.data(), x);
  return numbers;
}

/// 0, 1, 2 ..
Numbers counted(std::size_t count, float first = 0) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

/// How far a number is from what is expected, in units in the last place of a float32.
double units_off(float found, double expected) {
  const float nearest = std::abs(static_cast<float>(expected));
  const double unit = static_cast<double>(std::nextafter(nearest, kInfinity)) - static_cast<double>(nearest);
  return std::abs(static_cast<double>(found) - expected) / unit;
}

/// The largest such distance from `first` to `last`, in steps of 1/4096 and a bit.
template <class Function, class Reference>
double largest_error(float first, float last, Function function, Reference reference) {
  double largest_so_far = 0;
  for (float x = first; x < last; x += 16.25F / 4096) {
    Numbers inputs(kLanes);
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = x + static_cast<float>(i) / 4096;
    const Numbers found = stored(function(load(inputs.data())));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      largest_so_far =
          std::max(largest_so_far, units_off(found[i], reference(static_cast<double>(inputs[i]))));
  }
  return largest_so_far;
}

TEST(Lanes, ExponentialOfAllThatIsNotTiny) {
  const auto function = [](Lanes x) { return exponential(x); };
  EXPECT_LT(largest_error(-86.9F, 87.9F, function, [](double x) { return std::exp(x); }), 1.5);
}

TEST(Lanes, ExponentialAtItsEnds) {
  const auto at = [](float x) { return stored(exponential(all(x)))[7]; };
  EXPECT_EQ(at(0), 1);
  EXPECT_EQ(at(-0.0F), 1);
  for (const float low : {kLowestExponent, -104.0F, -1e4F, -1e38F, -kInfinity}) EXPECT_EQ(at(low), 0) << low;
  EXPECT_NEAR(at(88), std::exp(88.0), 1e-7 * std::exp(88.0));
  EXPECT_TRUE(std::isnan(at(kNotANumber)));
}

TEST(Lanes, Logistic) {
  const auto function = [](Lanes x) { return logistic(Group<1>{{x}}).of[0]; };
  EXPECT_LT(largest_error(-86.9F, 30, function, [](double x) { return 1 / (1 + std::exp(-x)); }), 3);
  const auto at = [&](float x) { return stored(function(all(x)))[3]; };
  EXPECT_EQ(at(0), 0.5F);
  EXPECT_EQ(at(1e38F), 1);
  EXPECT_EQ(at(kInfinity), 1);
  EXPECT_EQ(at(-1e38F), 0);
  EXPECT_EQ(at(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(at(kNotANumber)));
}

/// Vectors side by side are what each is alone.
TEST(Lanes, GroupsAreTheirVectors) {
  const Lanes first = load(counted(kLanes, -20).data()), second = load(counted(kLanes, 3).data());
  const Group<2> powers = exponential(Group<2>{{first, second}});
  EXPECT_EQ(stored(powers.of[0]), stored(exponential(first)));
  EXPECT_EQ(stored(powers.of[1]), stored(exponential(second)));
}

TEST(Lanes, PartsOfAVector) {
  const Numbers numbers = counted(kLanes, 1);
  for (const std::int64_t count : {-3, 0, 1, 7, 15, 16, 40}) {
    const Numbers loaded = stored(load_part(numbers.data(), count, -2));
    Numbers written(kLanes, 9);
    store_part(written.data(), load(numbers.data()), count);
    for (std::int64_t i = 0; i < kLanes; ++i) {
      const auto lane = static_cast<std::size_t>(i);
      EXPECT_EQ(loaded[lane], i < count ? numbers[lane] : -2) << count;
      EXPECT_EQ(written[lane], i < count ? numbers[lane] : 9) << count;
    }
  }
}

TEST(Lanes, OnlyThoseBetween) {
  for (const auto& [begin, end] : {std::pair(0, 16), {3, 9}, {-4, 2}, {15, 30}, {5, 5}, {20, 40}}) {
    const Numbers kept = stored(between(load(counted(kLanes, 1).data()), begin, end, -5));
    for (int lane = 0; lane < kLanes; ++lane)
      EXPECT_EQ(kept[static_cast<std::size_t>(lane)],
                lane >= begin && lane < end ? static_cast<float>(lane + 1) : -5);
  }
}

TEST(Lanes, OverAllLanes) {
  const Lanes x = load(counted(kLanes, 1).data());
  EXPECT_EQ(sum(x), 136);
  EXPECT_EQ(sum_in_double(x), 136);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    Numbers numbers(kLanes, -3);
    numbers[lane] = -1;
    EXPECT_EQ(largest(load(numbers.data())), -1) << lane;
  }
}

/// Ten million and one hundredth, which float32 cannot hold together.
TEST(Lanes, SumsInDoubleLoseNothing) {
  Numbers numbers(kLanes, 0.0F);
  numbers[2] = 1e7F;
  numbers[13] = 0.015625F;
  EXPECT_EQ(sum_in_double(load(numbers.data())), 1e7 + 0.015625);
}

TEST(Lanes, TransposeAndSumsOfManyVectors) {
  const Numbers numbers = counted(kLanes * kLanes);
  Lanes rows[kLanes];
  for (std::int64_t r = 0; r < kLanes; ++r) rows[r] = load(numbers.data() + r * kLanes);
  const Numbers sums = stored(sums_of_rows(rows));
  transpose(rows);
  for (std::size_t c = 0; c < kLanes; ++c) {
    const Numbers column = stored(rows[c]);
    for (std::size_t r = 0; r < kLanes; ++r) EXPECT_EQ(column[r], numbers[r * kLanes + c]);
    const auto row = numbers.begin() + static_cast<std::ptrdiff_t>(c * kLanes);
    EXPECT_EQ(sums[c], std::accumulate(row, row + kLanes, 0.0F));
  }
}

}  // namespace
}  // namespace phasescope::model::lanes
