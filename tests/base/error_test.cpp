#include "phasescope/base/error.h"

#include <gtest/gtest.h>

namespace phasescope {
namespace {

TEST(Error, NamesFileFieldPositionReasonAndExpectation) {
  const Error error(ExitClass::input_file,
                    {"model.safetensors", "header", at_byte(8), "length 0", "at least 2"});
  EXPECT_STREQ(error.what(), "model.safetensors: header at byte 8: length 0, expected at least 2");
}

TEST(Error, LeavesOutWhatIsUnknown) {
  EXPECT_STREQ(Error(ExitClass::usage, "no prompts").what(), "no prompts");
  const Error without_field(ExitClass::input_file, {"set.jsonl", "", at_line(3), "not an object", ""});
  EXPECT_STREQ(without_field.what(), "set.jsonl: at line 3: not an object");
}

TEST(Error, StaysOnOneLine) {
  EXPECT_STREQ(Error(ExitClass::input_file, {"a\nb", "f", {}, "bad\tvalue", ""}).what(), "a b: f: bad value");
}

}  // namespace
}  // namespace phasescope
