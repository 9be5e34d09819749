#include "phasescope/report/svg.h"

#include "xml_check.h"

#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::read_xml;

TEST(Coordinate, HasAtMostTwoDecimals) {
  EXPECT_EQ(coordinate(0), "0");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(10), "10");
  EXPECT_EQ(coordinate(1.5), "1.5");
  EXPECT_EQ(coordinate(-2.346), "-2.35");
  EXPECT_EQ(coordinate(1e20), "100000000000000000000");
}

TEST(Coordinate, RefusesWhatIsNotFinite) {
  EXPECT_THROW(coordinate(std::nan("")), Error);
  EXPECT_THROW(coordinate(std::numeric_limits<double>::infinity()), Error);
}

TEST(EscapeXml, LeavesNoMarkupAndNoForbiddenCharacter) {
  EXPECT_EQ(escape_xml("a<b & \"c\">'d'"), "a&lt;b &amp; &quot;c&quot;&gt;&#39;d&#39;");
  EXPECT_EQ(escape_xml("Grüße 北京 😀"), "Grüße 北京 😀");
  EXPECT_EQ(escape_xml(std::string_view("a\0b\x1B", 4)), "a�b�");
  EXPECT_EQ(escape_xml("\xC3"), "�");
  EXPECT_EQ(escape_xml("\xE4\xBAx"), "��x");
  EXPECT_EQ(escape_xml("\xEF\xBF\xBF"), "�");  // U+FFFF
}

Drawing blank() {
  return {100, 50, "a title", "a description"};
}

TEST(Drawing, NamesItselfToScreenReaders) {
  const std::string text = Drawing(100, 50, "5 < 6", "said \"so\"").document();
  EXPECT_THAT(text, HasSubstr(">5 &lt; 6</title>"));
  EXPECT_THAT(text, HasSubstr(">said &quot;so&quot;</desc>"));
  const auto document = read_xml(text);
  EXPECT_EQ(document.fault, "");
  EXPECT_THAT(document.values("svg", "role"), ElementsAre("img"));
  const std::string named = document.values("svg", "aria-labelledby").at(0);
  EXPECT_EQ(named, document.values("title", "id").at(0) + " " + document.values("desc", "id").at(0));
}

TEST(Drawing, BreaksLinesAtGaps) {
  const double gap = std::nan("");
  Drawing drawing = blank();
  drawing.polyline({{gap, 0}, {1, 1}, {2, 2}, {3, gap}, {4, 4}, {gap, gap}, {5, 5}, {6, 6}}, {});
  EXPECT_THAT(read_xml(drawing.document()).values("path", "d"), ElementsAre("M1 1L2 2M4 4h0M5 5L6 6"));
}

TEST(Drawing, DrawsNothingWhereNothingIsDefined) {
  Drawing drawing = blank();
  drawing.polyline({{std::nan(""), 0}}, {});
  drawing.polygon({}, {});
  drawing.cells({}, {});
  EXPECT_THAT(read_xml(drawing.document()).values("path", "d"), IsEmpty());
}

TEST(Drawing, IsWellFormedWithEveryShape) {
  Drawing drawing = blank();
  drawing.begin_clip({1, 2, 3, 4});
  drawing.line({0, 0}, {1, 1}, {Paint::grid(), 1, Dash::dashed, 0.5});
  drawing.curve({0, 0}, {5, 5}, {10, 0}, {}, true);
  drawing.end_clip();
  drawing.rectangle({1, 1, 5, 5}, {Paint::series(1), 0.5});
  drawing.frame({1, 1, 5, 5}, {Paint::muted(), 1, Dash::dotted});
  drawing.cells({{0, 0, 1, 1}, {1, 0, 1, 1}}, {1, 0, 0});
  for (std::size_t i = 0; i < 7; ++i) {
    drawing.marker({5, 5}, {series_marker(i), Paint::series(i), 8, i % 2 == 0, i % 2 == 1});
  }
  drawing.marker({5, 5}, {MarkerShape::plus});
  drawing.text({1, 1}, "<&>", {12, Paint::ink(), Anchor::end, true, true, -90, true});
  EXPECT_EQ(read_xml(drawing.document()).fault, "");
}

TEST(Drawing, KeepsIdsApartOnOnePage) {
  std::set<std::string> ids;
  for (const char* title : {"one", "two"}) {
    Drawing drawing(10, 10, title, "same");
    drawing.begin_clip({0, 0, 1, 1});
    drawing.end_clip();
    drawing.begin_clip({0, 0, 1, 1});
    drawing.end_clip();
    for (const char* element : {"title", "desc", "clipPath"}) {
      for (const std::string& id : read_xml(drawing.document()).values(element, "id")) ids.insert(id);
    }
  }
  EXPECT_EQ(ids.size(), 8U);
}

}  // namespace
}  // namespace phasescope::report
