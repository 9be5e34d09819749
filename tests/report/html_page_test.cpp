// Pages as text. Source of what is expected: the HTML standard's escapes, and what a page without a network
// must not hold.
#include "phasescope/report/html_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/report/svg.h"

namespace phasescope::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HtmlPage, EscapesText) {
  HtmlPage page("a < b & \"c\"");
  page.heading("<h>");
  page.paragraph("x > y");
  page.statement("</p><script>");
  page.table({"<th>"}, {{"<td>"}});
  page.begin_details("<summary>");
  page.end_details();
  const std::string text = page.document();
  EXPECT_THAT(text, HasSubstr("<title>a &lt; b &amp; &quot;c&quot;</title>"));
  EXPECT_THAT(text, HasSubstr("<h2>&lt;h&gt;</h2>"));
  EXPECT_THAT(text, HasSubstr("<p>x &gt; y</p>"));
  EXPECT_THAT(text, HasSubstr("&lt;/p&gt;&lt;script&gt;"));
  EXPECT_THAT(text, HasSubstr("<th>&lt;th&gt;</th>"));
  EXPECT_THAT(text, HasSubstr("<td>&lt;td&gt;</td>"));
  EXPECT_THAT(text, HasSubstr("<summary>&lt;summary&gt;</summary>"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(HtmlPage, SetsColumnsOfNumbersToTheRight) {
  HtmlPage page("numbers");
  page.table({"name", "value", "interval", "mixed"},
             {{"a", "-1.5", "[0, 1]", "3"}, {"b", "", "[-2, 1e5]", "none"}});
  const std::string text = page.document();
  EXPECT_THAT(
      text,
      HasSubstr(
          "<th>name</th><th class=\"number\">value</th><th class=\"number\">interval</th><th>mixed</th>"));
  EXPECT_THAT(
      text,
      HasSubstr("<td>b</td><td class=\"number\"></td><td class=\"number\">[-2, 1e5]</td><td>none</td>"));
}

TEST(HtmlPage, HoldsPicturesWhole) {
  Drawing drawing(100, 50, "title", "description");
  drawing.line({0, 0}, {100, 50}, {});
  HtmlPage page("picture");
  page.picture(drawing.document());
  EXPECT_THAT(page.document(), HasSubstr("<figure>" + drawing.document() + "</figure>"));
}

TEST(HtmlPage, FetchesNothing) {
  HtmlPage page("alone");
  page.table({"a"}, {{"1"}});
  for (const char* fetching : {"src=", "href=", "url(", "@import", "<link", "<script"})
    EXPECT_THAT(page.document(), Not(HasSubstr(fetching)));
}

TEST(HtmlPage, TheSameCallsGiveTheSameBytes) {
  const auto made = [] {
    HtmlPage page("same");
    page.paragraph("text");
    return page.document();
  };
  EXPECT_EQ(made(), made());
}

}  // namespace
}  // namespace phasescope::report
