#include "phasescope/base/json.h"

#include <limits>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseJson, TellsTheByteOfAFault) {
  const std::string message = message_of([] { parse_json("{\"a\": }", "config.json"); });
  EXPECT_EQ(message.rfind("config.json: JSON at byte 7: ", 0), 0U) << message;
}

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_EQ(message_of([] { parse_json("{\"a\": -1e999}", "config.json"); }),
            "config.json: JSON: holds a number beyond the range of float64");
}

TEST(JsonObject, NamesTheNestedFieldAndTheRange) {
  const Json value = parse_json(R"({"rope": {"factor": -2}})", "config.json");
  const JsonObject rope = JsonObject(value, "config.json").object("rope");
  EXPECT_EQ(message_of([&] { rope.integer("factor", 1, 9); }),
            "config.json: rope.factor: found -2, expected an integer from 1 to 9");
}

TEST(JsonObject, TreatsNullAsAbsent) {
  const Json value = parse_json(R"({"window": null})", "config.json");
  const JsonObject object(value, "config.json");
  EXPECT_FALSE(object.has("window"));
  EXPECT_EQ(object.integer_or("window", 7), 7);
  EXPECT_EQ(message_of([&] { object.integer("window"); }), "config.json: window: missing");
}

TEST(JsonObject, RefusesNumbersThatDoNotFit) {
  const Json value = parse_json(R"({"n": 18446744073709551615, "x": 1.5})", "config.json");
  const JsonObject object(value, "config.json");
  EXPECT_NE(message_of([&] { object.integer("n"); }), "no error");
  EXPECT_EQ(message_of([&] { object.integer("x"); }), "config.json: x: found 1.5, expected an integer");
}

TEST(NumberOrNull, WritesNoNonFiniteNumber) {
  EXPECT_TRUE(number_or_null(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(number_or_null(std::optional<double>()).is_null());
  EXPECT_EQ(number_or_null(0.1).dump(), "0.1");
}

}  // namespace
}  // namespace phasescope
