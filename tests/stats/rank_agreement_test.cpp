#include "phasescope/stats/rank_agreement.h"

#include "fixture.h"

#include <gtest/gtest.h>

namespace phasescope::stats {
namespace {

// Source: scipy.stats.kendalltau(variant="b"); it gives NaN where there is no tau.
TEST(KendallTauB, AgreesWithScipy) {
  for (const Json& item : testing::fixture("stats/scipy.json", "rank_agreement")) {
    const auto tau = kendall_tau_b(item.at("a"), item.at("b"));
    ASSERT_EQ(tau.has_value(), !item.at("tau").is_null());
    if (tau) {
      EXPECT_NEAR(*tau, item.at("tau"), 1e-14);
    }
  }
}

TEST(KendallTauB, IsOneForOneOrderAndMinusOneForTheOpposite) {
  EXPECT_EQ(kendall_tau_b({1, 2, 3}, {10, 20, 90}), 1);
  EXPECT_EQ(kendall_tau_b({1, 2, 3}, {3, 2, 1}), -1);
}

TEST(KendallTauB, IsAbsentWithoutAnOrder) {
  EXPECT_FALSE(kendall_tau_b({1}, {2}));
  EXPECT_FALSE(kendall_tau_b({1, 1, 1}, {1, 2, 3}));
}

}  // namespace
}  // namespace phasescope::stats
