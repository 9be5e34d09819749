#include "phasescope/formats/csv.h"

#include <cstdlib>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CsvTable, QuotesWhatRfc4180Demands) {
  CsvTable table({"name", "text, with comma"});
  table.add("plain").add("say \"so\"").end_row();
  table.add("two\nlines").add("").end_row();
  EXPECT_EQ(table.text(),
            "name,\"text, with comma\"\n"
            "plain,\"say \"\"so\"\"\"\n"
            "\"two\nlines\",\n");
}

TEST(CsvTable, LeavesUndefinedNumbersEmpty) {
  CsvTable table({"a", "b", "c", "d"});
  table.add(std::optional<double>()).add(std::numeric_limits<double>::quiet_NaN());
  table.add(std::numeric_limits<double>::infinity()).add(std::optional<double>(0.5)).end_row();
  EXPECT_EQ(table.text(), "a,b,c,d\n,,,0.5\n");
}

TEST(CsvTable, RefusesRowsOfAnotherLength) {
  CsvTable table({"a", "b"});
  table.add(std::int64_t{1});
  EXPECT_THROW(table.end_row(), Error);
}

TEST(ShortestText, ReadsBackAsTheSameNumber) {
  EXPECT_EQ(shortest_text(0.1), "0.1");
  EXPECT_EQ(shortest_text(2), "2");
  EXPECT_EQ(shortest_text(-1e300), "-1e+300");
  for (const double number : {1.0 / 3, 5e-324, 1.7976931348623157e308, 123456789.123456789, -0.0}) {
    EXPECT_EQ(std::strtod(shortest_text(number).c_str(), nullptr), number);
  }
}

TEST(ParseCsv, ReadsWhatTheWriterWrites) {
  CsvTable table({"id", "prompt"});
  table.add("a").add("\"quoted\", and\nbroken").end_row();
  table.add("b").add("").end_row();
  const auto rows = parse_csv(table.text(), "p.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0].cells, ElementsAre("id", "prompt"));
  EXPECT_THAT(rows[1].cells, ElementsAre("a", "\"quoted\", and\nbroken"));
  EXPECT_THAT(rows[2].cells, ElementsAre("b", ""));
  EXPECT_EQ(rows[2].line, 4U);
}

TEST(ParseCsv, TakesEveryLineEndAndAByteOrderMark) {
  const auto rows = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n1,\r2,3",
      "p.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0].cells, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].cells, ElementsAre("1", ""));
  EXPECT_THAT(rows[2].cells, ElementsAre("2", "3"));
  EXPECT_EQ(rows[2].line, 4U);
  EXPECT_THAT(parse_csv("", "p.csv"), IsEmpty());
}

TEST(ParseCsv, NamesTheLineOfAFault) {
  const auto message_of = [](const char* text) -> std::string {
    try {
      parse_csv(text, "p.csv");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message_of("a\n\"b\nc"), "p.csv: CSV at line 2: a quote is never closed");
  EXPECT_EQ(message_of("a\n\"b\nc\"d"),
            "p.csv: CSV at line 3: text follows a closing quote, expected a comma or the end of the line");
}

}  // namespace
}  // namespace phasescope::formats
