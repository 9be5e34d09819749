#include "phasescope/report/plot.h"

#include "xml_check.h"

#include <cmath>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_xml;
using ::testing::SizeIs;
using testing::XmlDocument;

const Marker dot{MarkerShape::circle, Paint::series(0), 4};

std::string drawn(const Plot& plot) {
  return draw_figure({"title", "", "description"}, {plot});
}

std::vector<double> numbers(const std::vector<std::string>& texts) {
  std::vector<double> values;
  for (const std::string& text : texts) values.push_back(std::stod(text));
  return values;
}

struct Circles {
  std::vector<double> x, y;
};

Circles circles_of(const Plot& plot) {
  const XmlDocument document = read_xml(drawn(plot));
  EXPECT_EQ(document.fault, "");
  return {numbers(document.values("circle", "cx")), numbers(document.values("circle", "cy"))};
}

TEST(Plot, PlacesEqualDistancesEquallyFarApart) {
  const Circles circles = circles_of(Plot({"x"}, {"y"}).points({0, 1, 3}, {10, 20, 40}, dot));
  ASSERT_THAT(circles.x, SizeIs(3));
  EXPECT_NEAR(circles.x[2] - circles.x[1], 2 * (circles.x[1] - circles.x[0]), 0.03);
  EXPECT_NEAR(circles.y[2] - circles.y[1], 2 * (circles.y[1] - circles.y[0]), 0.03);
  EXPECT_LT(circles.y[1], circles.y[0]);  // upwards
}

TEST(Plot, PlacesEqualRatiosEquallyFarApartOnALogarithmicAxis) {
  const Circles circles =
      circles_of(Plot({"x"}, {"y", AxisKind::logarithmic}).points({0, 1, 2, 3}, {1, 10, 100, -5}, dot));
  ASSERT_THAT(circles.y, SizeIs(3));  // without the negative one
  EXPECT_NEAR(circles.y[2] - circles.y[1], circles.y[1] - circles.y[0], 0.03);
}

TEST(Plot, ReversesAnAxis) {
  Axis down{"y"};
  down.reversed = true;
  const Circles circles = circles_of(Plot({"x"}, down).points({0, 1}, {0, 1}, dot));
  EXPECT_GT(circles.y[1], circles.y[0]);
}

TEST(Plot, LeavesOutUndefinedPointsAndSaysWhenNothingIsLeft) {
  const double gap = std::nan("");
  EXPECT_THAT(circles_of(Plot({"x"}, {"y"}).points({0, gap, 2}, {1, 1, gap}, dot)).x, SizeIs(1));
  EXPECT_THAT(drawn(Plot({"x"}, {"y"}).points({0}, {gap}, dot)), HasSubstr("no defined values"));
  EXPECT_THAT(drawn(Plot({"x"}, {"y"}).y_rule(0, "zero", {})), HasSubstr("no defined values"));
  EXPECT_THAT(drawn(Plot({"x"}, {"y"}).points({0}, {0}, dot)), Not(HasSubstr("no defined values")));
  EXPECT_THAT(draw_figure({"title", "", "description"}, {}), HasSubstr("no defined values"));
}

TEST(Plot, BreaksBandsAtGaps) {
  const double gap = std::nan("");
  const Plot plot = Plot({"x"}, {"y"}).band({0, 1, 2, 3, 4}, {0, 0, gap, 0, 0}, {1, 1, 1, 1, 1}, {});
  EXPECT_THAT(read_xml(drawn(plot)).values("path", "d"), SizeIs(2));
}

TEST(Plot, RefusesNumbersThatDoNotBelongTogether) {
  EXPECT_THROW(Plot({"x"}, {"y"}).points({0, 1}, {0}, dot), Error);
  EXPECT_THROW(Plot({"x"}, {"y"}).heat_map({0, 1}, {0, 1}, {{1, 2}}, {"c"}), Error);
}

TEST(Plot, SurvivesDataWithoutExtent) {
  for (const double value : {0.0, 1e-300, -1e300, 3.0}) {
    EXPECT_EQ(read_xml(drawn(Plot({"x"}, {"y"}).points({value}, {value}, dot))).fault, "") << value;
  }
  EXPECT_EQ(read_xml(drawn(Plot({"x", AxisKind::logarithmic}, {"y"}).points({5}, {5}, dot))).fault, "");
}

TEST(Plot, PutsLabelsOfOnePlaceApart) {
  const std::vector<std::string> names{"aaa", "bbb", "ccc", "ddd", "eee", "fff", "ggg", "hhh", "iii", "jjj"};
  const Values same(names.size(), 1);
  const std::string text = drawn(Plot({"x"}, {"y"}).labels(same, same, names));
  std::vector<Point> places;
  for (const std::string& name : names) {
    std::smatch match;
    const std::regex label("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\"[^>]*>" + name + "<");
    ASSERT_TRUE(std::regex_search(text, match, label)) << name;
    places.push_back({std::stod(match[1]), std::stod(match[2])});
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double across = std::abs(places[i].x - places[j].x);
      EXPECT_GT(across + std::abs(places[i].y - places[j].y), 10) << names[i] << " " << names[j];
    }
  }
}

TEST(Plot, NamesAxesLegendStripesAndFlags) {
  Plot plot({"layer"}, {"ratio"});
  plot.points({0, 1}, {1, 3}, dot).stripe(1, 3, "adaptive", {}).flag({1, 3, "␣Paris"});
  plot.legend({"a series", Stroke{}, dot, Fill{}}).title("panel");
  const std::string text = drawn(plot);
  for (const char* part :
       {">layer<", ">ratio<", ">adaptive<", ">␣Paris<", ">a series<", ">panel<", ">title<"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Plot, ColoursCellsByTheirValue) {
  const ColourBar bar{"power", 1, 100, true};
  const Plot plot = Plot({"x"}, {"y"}).heat_map({0, 1, 2, 3}, {0, 1}, {{1, 100, std::nan("")}}, bar);
  const std::string text = drawn(plot);
  EXPECT_THAT(text, HasSubstr("fill=\"" + hex_text(bar.colour(1)) + "\" shape-rendering"));
  EXPECT_THAT(text, HasSubstr("fill=\"" + hex_text(bar.colour(100)) + "\" shape-rendering"));
  EXPECT_EQ(hex_text(bar.colour(10)), hex_text(sequential_colour(0.5)));
}

TEST(WithGaps, MakesAbsentNumbersUndefined) {
  const Values values = with_gaps({1.5, std::nullopt});
  EXPECT_EQ(values[0], 1.5);
  EXPECT_TRUE(std::isnan(values[1]));
}

}  // namespace
}  // namespace phasescope::report
