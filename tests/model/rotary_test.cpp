// Rotary embedding. Sources of what is expected: transformers' ROPE_INIT_FUNCTIONS (tests/data/rotary.json,
// made by scripts/rotary-fixture), the rotary modules that transformers builds for published configurations
// (tests/data/configs, scripts/config-facts), and the definition of the rotation (Su et al. 2021) in float64
// loops.
#include "rotary.h"

#include "../places.h"
#include "random_matrix.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "phasescope/checkpoint/read_architecture.h"

namespace phasescope::model {
namespace {

using checkpoint::Architecture;
using checkpoint::Rope;
using testing::OwnedMatrix;

const std::filesystem::path kData = test_data();

void expect_frequencies(const RotaryFrequencies& found, const Json& expected, const std::string& what) {
  EXPECT_FLOAT_EQ(found.attention_factor, expected["attention_factor"].get<float>()) << what;
  ASSERT_EQ(found.inverse.size(), expected["inverse"].size()) << what;
  for (std::size_t i = 0; i < found.inverse.size(); ++i) {
    const auto number = expected["inverse"][i].get<float>();
    // A few roundings of float32: the reference computes in it, partly in another order.
    EXPECT_NEAR(found.inverse[i], number, 5e-7F * number) << what << ", channel " << i;
  }
}

TEST(RotaryFrequencies, AreThoseOfTransformers) {
  const Json cases = read_json_file(kData / "rotary.json");
  ASSERT_FALSE(cases.empty());
  for (const Json& item : cases) {
    const Architecture a = checkpoint::read_architecture(item["config"], item["name"]);
    for (const Json& call : item["calls"]) {
      expect_frequencies(rotary_frequencies(a.ropes.front(), call["length"].get<std::int64_t>()), call,
                         item["name"].get<std::string>() + " at " + call["length"].dump());
    }
  }
}

/// Lengths as in scripts/config-facts.
void expect_published(const Rope& rope, const Json& facts, const std::string& model) {
  expect_frequencies(rotary_frequencies(rope, 16), facts["short"], model);
  expect_frequencies(rotary_frequencies(rope, 16384), facts[facts.contains("long") ? "long" : "short"],
                     model + ", long");
}

TEST(RotaryFrequencies, OfPublishedModels) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kData / "configs" / "facts")) {
    const Json facts = read_json_file(entry.path())["rotary"];
    if (facts.empty()) continue;
    const std::string model = entry.path().stem().string();
    const Architecture a =
        checkpoint::read_architecture(read_json_file(kData / "configs" / entry.path().filename()), model);
    if (facts.contains("all")) {
      expect_published(a.ropes.front(), facts["all"], model);
    } else {
      expect_published(a.ropes.at(0), facts["full_attention"], model);
      expect_published(a.ropes.at(1), facts["sliding_attention"], model);
    }
    ++seen;
  }
  EXPECT_GT(seen, 30);
}

Rope plain_rope(std::int64_t dimensions) {
  Rope rope;
  rope.dimensions = dimensions;
  return rope;
}

std::vector<RowPosition> positions(const std::vector<std::int64_t>& list) {
  std::vector<RowPosition> rows;
  for (const std::int64_t position : list) rows.push_back({position, position + 1});
  return rows;
}

/// (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin) with x1 from the first, x2 from the second half of what is
/// rotated. The angle is a float32 product, as in the reference.
void expect_rotated(const OwnedMatrix& before, const OwnedMatrix& after, const RotaryFrequencies& frequencies,
                    const std::vector<RowPosition>& rows, std::int64_t head_dim) {
  const auto half = static_cast<std::int64_t>(frequencies.inverse.size());
  for (std::int64_t r = 0; r < before.rows(); ++r) {
    for (std::int64_t c = 0; c < before.columns(); ++c) {
      const std::int64_t channel = c % head_dim;
      double expected = before.at(r, c);
      if (channel < 2 * half) {
        const std::int64_t i = channel % half;
        const float angle = static_cast<float>(rows[static_cast<std::size_t>(r)].position) *
                            frequencies.inverse[static_cast<std::size_t>(i)];
        const double cosine = std::cos(static_cast<double>(angle)),
                     sine = std::sin(static_cast<double>(angle));
        const double partner = channel < half ? -before.at(r, c + half) : before.at(r, c - half);
        expected = (expected * cosine + partner * sine) * static_cast<double>(frequencies.attention_factor);
      }
      ASSERT_NEAR(after.at(r, c), expected, 1e-6) << "row " << r << " column " << c;
    }
  }
}

void rotate_and_expect(const Rope& rope, const std::vector<std::int64_t>& list, std::int64_t heads,
                       std::int64_t head_dim) {
  const std::vector<RowPosition> rows = positions(list);
  const OwnedMatrix before =
      OwnedMatrix::random(static_cast<std::int64_t>(rows.size()), heads * head_dim, 1, 1, 3);
  OwnedMatrix after = before;
  RotaryTable(rope, rows).rotate(after.view(), head_dim);
  expect_rotated(before, after, rotary_frequencies(rope, 1), rows, head_dim);
}

TEST(Rotary, RotatesHalvesOfEveryHead) {
  rotate_and_expect(plain_rope(8), {0, 1, 2, 3, 100}, 3, 8);
}

TEST(Rotary, FarPositionsInAnyOrder) {
  rotate_and_expect(plain_rope(64), {131071, 5, 65536, 5, 0}, 2, 64);
}

TEST(Rotary, LeavesTheOtherChannelsAlone) {
  rotate_and_expect(plain_rope(4), {7, 8}, 2, 16);
}

TEST(Rotary, AppliesTheAttentionFactor) {
  Rope rope = plain_rope(8);
  rope.type = checkpoint::RopeType::yarn;
  rope.factor = 4;
  rope.attention_factor = 1.5;
  rotate_and_expect(rope, {3, 4}, 1, 8);
}

TEST(Rotary, PositionZeroChangesNothing) {
  const OwnedMatrix before = OwnedMatrix::random(1, 16, 2);
  OwnedMatrix after = before;
  RotaryTable(plain_rope(16), positions({0})).rotate(after.view(), 16);
  for (std::int64_t c = 0; c < 16; ++c) EXPECT_EQ(std::as_const(after).at(0, c), before.at(0, c));
}

/// Rows of one batch whose forward calls reach different lengths have frequencies of their own.
TEST(Rotary, RowsFollowTheLengthOfTheirCall) {
  Rope rope = plain_rope(8);
  rope.type = checkpoint::RopeType::dynamic;
  rope.factor = 2;
  rope.maximum_positions = 10;
  const std::vector<RowPosition> rows = {{4, 5}, {4, 40}, {4, 20}};
  const OwnedMatrix before = OwnedMatrix::random(3, 8, 3);
  OwnedMatrix together = before;
  RotaryTable(rope, rows).rotate(together.view(), 8);
  for (std::int64_t r = 0; r < 3; ++r) {
    OwnedMatrix alone = before;
    RotaryTable(rope, {rows[static_cast<std::size_t>(r)]}).rotate(alone.view().slice(r, 1), 8);
    OwnedMatrix by_table = before;
    RotaryTable(rope, rows).rotate(by_table.view().slice(r, 1), 8, r);
    for (std::int64_t c = 0; c < 8; ++c) {
      EXPECT_EQ(together.at(r, c), alone.at(r, c)) << "row " << r;
      EXPECT_EQ(together.at(r, c), by_table.at(r, c)) << "row " << r;
    }
  }
  EXPECT_NE(rotary_frequencies(rope, 40).inverse, rotary_frequencies(rope, 20).inverse);
  EXPECT_EQ(rotary_frequencies(rope, 5).inverse, rotary_frequencies(rope, 10).inverse);
}

}  // namespace
}  // namespace phasescope::model
