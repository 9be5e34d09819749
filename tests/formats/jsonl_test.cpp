#include "phasescope/formats/jsonl.h"

#include "../temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::formats {
namespace {

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

Lines lines_of(std::string_view text) {
  Lines lines;
  for_each_json_line(text, "p.jsonl",
                     [&](const Json& value, std::uint64_t line) { lines.emplace_back(line, value.dump()); });
  return lines;
}

TEST(JsonLines, CountsLinesAndPassesOverBlankOnes) {
  EXPECT_THAT(lines_of("{\"a\":1}\n\n  \r\n[2]\r\n3"),
              ElementsAre(Pair(1, "{\"a\":1}"), Pair(4, "[2]"), Pair(5, "3")));
  EXPECT_THAT(lines_of("\xEF\xBB\xBF"
                       "1\n"),
              ElementsAre(Pair(1, "1")));
  EXPECT_THAT(lines_of(""), IsEmpty());
}

TEST(JsonLines, NamesTheLineOfAFault) {
  try {
    lines_of("1\n\n{\"a\": }\n");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), StartsWith("p.jsonl: JSON at line 3: column 7: "));
  }
}

TEST(JsonLines, ReadsFiles) {
  const phasescope::testing::TemporaryFolder folder;
  write_file_atomically(folder / "empty.jsonl", "");
  write_file_atomically(folder / "one.jsonl", "\"x\"\n");
  int count = 0;
  const auto use = [&](const Json&, std::uint64_t) { ++count; };
  for_each_json_line(folder / "empty.jsonl", use);
  EXPECT_EQ(count, 0);
  for_each_json_line(folder / "one.jsonl", use);
  EXPECT_EQ(count, 1);
  EXPECT_THROW(for_each_json_line(folder / "absent.jsonl", use), Error);
}

}  // namespace
}  // namespace phasescope::formats
