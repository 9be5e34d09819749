#include "phasescope/formats/half.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace phasescope::formats {
namespace {

/// The definition of binary16 (IEEE 754-2019, 3.4), by powers of two. Finite numbers only.
double half_by_definition(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(HalfToFloat, IsTheDefinitionForEveryFiniteNumber) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    if ((bits & 0x7C00U) == 0x7C00U) continue;
    const auto expected = static_cast<float>(half_by_definition(static_cast<std::uint16_t>(bits)));
    ASSERT_EQ(bits_of_float(half_to_float(static_cast<std::uint16_t>(bits))), bits_of_float(expected))
        << bits;
  }
}

TEST(HalfToFloat, KeepsInfinitiesAndMakesNansQuiet) {
  EXPECT_EQ(half_to_float(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(half_to_float(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(bits_of_float(half_to_float(0x7C01)), 0x7FC02000U);
  EXPECT_EQ(bits_of_float(half_to_float(0xFFFF)), 0xFFFFE000U);
}

TEST(Bfloat16ToFloat, IsTheUpperHalfOfTheFloat) {
  EXPECT_EQ(bfloat16_to_float(0x3F80), 1.0F);
  EXPECT_EQ(bfloat16_to_float(0xC2F7), -123.5F);
  EXPECT_EQ(bits_of_float(bfloat16_to_float(0x7F81)), 0x7F810000U);
  EXPECT_EQ(bfloat16_to_float(1), std::ldexp(1.0F, -133));
}

/// All 65536 numbers, at an odd address and in an odd count, so that no part of a vectorised loop is left
/// out.
class BulkConversion : public ::testing::Test {
 protected:
  static constexpr std::int64_t count = 65535;
  std::vector<std::byte> bytes = std::vector<std::byte>(2 * count + 1);
  std::vector<float> out = std::vector<float>(count);

  BulkConversion() {
    for (std::uint32_t bits = 0; bits < count; ++bits) {
      const auto number = static_cast<std::uint16_t>(bits + 1);
      std::memcpy(bytes.data() + 1 + 2 * bits, &number, sizeof number);
    }
  }
};

TEST_F(BulkConversion, OfHalvesEqualsTheSingleOne) {
  halves_to_floats(bytes.data() + 1, count, out.data());
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(bits_of_float(out[i]), bits_of_float(half_to_float(static_cast<std::uint16_t>(i + 1)))) << i;
  }
}

TEST_F(BulkConversion, OfBfloat16sEqualsTheSingleOne) {
  bfloat16s_to_floats(bytes.data() + 1, count, out.data());
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(bits_of_float(out[i]), (i + 1) << 16) << i;
}

}  // namespace
}  // namespace phasescope::formats
