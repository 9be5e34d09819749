#include "phasescope/curvature/definition.h"

#include <set>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

TEST(CtId, OfTheDefault) {
  EXPECT_EQ(ct_id(Definition{}), "l2/chordxturning/causal/generated/last");
}

TEST(CtId, IsReadBack) {
  for (const std::string id :
       {"raw/arcxsecond_difference/centred/both/12", "standardised/cosinexthree_point/causal/prompt/0",
        "centred/chordxturning_cosine/causal/generated/last"}) {
    EXPECT_EQ(ct_id(parse_ct_id(id)), id);
  }
}

TEST(CtId, RefusesWhatItDoesNotKnow) {
  for (const char* id : {"", "l2", "l2/chord/causal/generated/last", "l2/chordxturning/causal/generated",
                         "l3/chordxturning/causal/generated/last", "l2/chordxturning/causal/generated/-1",
                         "l2/chordxturning/causal/generated/1x"}) {
    EXPECT_THROW(parse_ct_id(id), Error) << id;
  }
}

TEST(ParseName, ListsTheKnownNames) {
  try {
    parse_name<Delta>("jump");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "delta: found 'jump', expected one of chord, cosine, arc");
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
  }
}

TEST(AllCombinations, AreSixtyWithTheHeadlineAmongThem) {
  Definition base;
  base.alignment = Alignment::centred;
  std::set<std::string> ids;
  for (const Definition& definition : all_combinations(base)) ids.insert(ct_id(definition));
  EXPECT_EQ(ids.size(), 60U);
  EXPECT_EQ(ids.count(ct_id(base)), 1U);
}

TEST(SpanPositions, CountFromTheStateThatPicksTheFirstNewToken) {
  Definition definition;
  EXPECT_EQ(span_positions(definition, 10).first, 9);
  EXPECT_TRUE(span_positions(definition, 10).contains(1000));
  definition.span = Span::prompt;
  EXPECT_EQ(span_positions(definition, 10).first, 6);
  EXPECT_EQ(span_positions(definition, 10).end, 10);
  definition.span = Span::both;
  EXPECT_EQ(span_positions(definition, 10).first, 6);
  EXPECT_TRUE(span_positions(definition, 10).contains(1000));
}

}  // namespace
}  // namespace phasescope::curvature
