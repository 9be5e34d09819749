// Temperature, top-k, top-p and min-p against transformers' logits warpers (tests/data/sampling.json, made by
// scripts/sampling-fixture).
#include "../places.h"
#include "next_token.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/base/json.h"

namespace phasescope::model {
namespace {

Sampling rules_of(const Json& item) {
  Sampling rules;
  rules.temperature = item["temperature"];
  rules.top_k = item["top_k"];
  rules.top_p = item["top_p"];
  rules.min_p = item["min_p"];
  return rules;
}

/// Draws just inside both ends of each token's stretch of [0, 1), and in its middle, must choose it.
void expect_stretches(const Json& item) {
  const std::vector<float> logits = item["logits"];
  const std::vector<std::int64_t> tokens = item["tokens"];
  const std::vector<double> probabilities = item["probabilities"];
  double before = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const double within = 1e-9 * probabilities[i] + 1e-14;
    for (const double draw :
         {before + within, before + probabilities[i] / 2, before + probabilities[i] - within}) {
      EXPECT_EQ(choose(rules_of(item), logits.data(), static_cast<std::int64_t>(logits.size()), draw),
                tokens[i])
          << "token " << i << " of " << item.dump();
    }
    before += probabilities[i];
  }
}

TEST(ChooseGolden, LeavesWhatTheWarpersOfTransformersLeave) {
  const Json cases = read_json_file(test_data() / "sampling.json");
  ASSERT_EQ(cases.size(), 26U);
  for (const Json& item : cases) expect_stretches(item);
}

}  // namespace
}  // namespace phasescope::model
