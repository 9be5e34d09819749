#include "example_figures.h"
#include "xml_check.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/report/figures_phase_map.h"
#include "phasescope/report/figures_token_trace.h"

namespace phasescope::report {
namespace {

using testing::ExampleFigure;
using ::testing::HasSubstr;
using testing::read_xml;
using ::testing::SizeIs;
using testing::XmlAttribute;
using testing::XmlDocument;

void expect_sound(const ExampleFigure& figure) {
  const XmlDocument document = read_xml(figure.svg);
  EXPECT_EQ(document.fault, "") << figure.name;
  static const std::regex numeric("x|y|x1|y1|x2|y2|cx|cy|r|width|height|viewBox|font-size|stroke-width");
  static const std::regex number("-?[0-9]+(\\.[0-9]+)?( -?[0-9]+(\\.[0-9]+)?)*");
  static const std::regex path("[MLQhvZ0-9. -]+");
  for (const XmlAttribute& attribute : document.attributes) {
    if (std::regex_match(attribute.name, numeric)) {
      EXPECT_TRUE(std::regex_match(attribute.value, number)) << figure.name << " " << attribute.value;
    }
    if (attribute.name == "d") {
      EXPECT_TRUE(std::regex_match(attribute.value, path)) << figure.name << " " << attribute.value;
    }
  }
  EXPECT_THAT(document.values("title", "id"), SizeIs(1));
  EXPECT_THAT(document.values("desc", "id"), SizeIs(1));
  EXPECT_LT(figure.svg.size(), 100000U) << figure.name;
}

TEST(Figures, AreSoundDocuments) {
  for (const ExampleFigure& figure : testing::example_figures()) expect_sound(figure);
}

TEST(Figures, AreSoundWithoutDataAndSaySo) {
  for (const ExampleFigure& figure : testing::empty_figures()) {
    expect_sound(figure);
    EXPECT_THAT(figure.svg, HasSubstr("no defined values")) << figure.name;
  }
}

TEST(Figures, AreTheSameBytesEveryTime) {
  const auto first = testing::example_figures();
  const auto second = testing::example_figures();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(first[i].svg == second[i].svg) << first[i].name;
}

std::string example(const std::string& name) {
  for (const ExampleFigure& figure : testing::example_figures()) {
    if (figure.name == name) return figure.svg;
  }
  return {};
}

TEST(ParticleTableFigure, SaysWhichParticlesItLeavesOut) {
  const std::string svg = example("particle_table");
  for (const char* name : {">I_0<", ">I_1<", ">I_2<", ">I_3<", ">I_4<", ">I_5<"})
    EXPECT_THAT(svg, HasSubstr(name));
  EXPECT_THAT(svg, HasSubstr("1 species without both numbers are left out"));
}

/// Definitions stay apart: a plane each, headed by its definition.
TEST(PhaseMapFigure, ShowsDefinitionsApart) {
  PhaseMap first;
  first.title = "Phase map";
  first.ct_id = "l2/chordxturning/causal/generated/last";
  first.models = {{"a model", "family", "", 1.5, 2, {}, {}, {}, {}}};
  PhaseMap second = first;
  second.ct_id = "raw/arcxmenger/causal/generated/last";
  second.models[0].name = "another";
  const std::string svg = phase_maps_figure({first, second});
  for (const char* text : {">a model<", ">another<", ">l2/chordxturning/causal/generated/last<",
                           ">raw/arcxmenger/causal/generated/last<"})
    EXPECT_THAT(svg, HasSubstr(text));
}

TEST(TokenTraceFigure, ShowsWhiteSpaceOfTokens) {
  EXPECT_EQ(visible_token(" the"), "␣the");
  EXPECT_EQ(visible_token("\n\t"), "⏎⇥");
  EXPECT_EQ(visible_token(""), "∅");
  EXPECT_EQ(visible_token("\x01"), "�");
}

/// The token under the highest of three peaks is named, and no token that is no peak.
TEST(TokenTraceFigure, NamesPeaksOnly) {
  TokenTrace trace{"m",
                   "run",
                   "",
                   "id",
                   {1, 5, 1, 9, 1, 7, 1},
                   {"a0", "a1", "a2", "a3", "a4", "a5", "a6"},
                   {0, 10, 20, 30, 40, 50, 60},
                   {},
                   2};
  const std::string svg = token_trace_figure(trace);
  EXPECT_THAT(svg, HasSubstr(">a3<"));
  EXPECT_THAT(svg, HasSubstr(">a5<"));
  for (const char* other : {">a0<", ">a1<", ">a2<", ">a4<", ">a6<"})
    EXPECT_EQ(svg.find(other), std::string::npos);
}

TEST(PhaseMapFigure, NamesEveryModelAndRegimeInView) {
  const std::string svg = example("phase_map");
  for (const char* name :
       {">SmolLM2-135M<", ">OPT-125m<", ">GPT-2 &lt;small&gt; &amp; co<", ">Pythia-160m@143k<",
        ">underactive<", ">adaptive<", ">transition<", ">chaotic<"}) {
    EXPECT_THAT(svg, HasSubstr(name));
  }
}

TEST(RegimeSharesFigure, TellsUndefinedFromZero) {
  const std::string svg = example("regime_shares");
  EXPECT_THAT(svg, HasSubstr(">undefined<"));
  EXPECT_THAT(svg, HasSubstr(">0 %<"));
  EXPECT_THAT(svg, HasSubstr(">12.5 %<"));
}

TEST(NullRatioFigure, CountsRunsOutsideTheirNull) {
  EXPECT_THAT(example("null_ratio"), HasSubstr(">observed, outside (7)<"));
}

TEST(TransitionGraphFigure, CountsTransitions) {
  EXPECT_THAT(example("transition_graph"), HasSubstr(">grounded (128 transitions)<"));
}

TEST(RatioAxisEnds, HoldTheDataAndAFactorOfTwo) {
  const Values values{2.0, 2.2, std::nan(""), -1};
  const AxisEnds ends = ratio_axis_ends({&values});
  EXPECT_LT(ends.low, 2.0);
  EXPECT_GT(ends.high, 2.2);
  EXPECT_GE(ends.high / ends.low, 1.99);
}

}  // namespace
}  // namespace phasescope::report
