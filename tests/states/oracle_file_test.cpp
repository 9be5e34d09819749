// Reading oracle files. Source of the real one: scripts/fixtures (transformers 5.18).
#include "phasescope/states/oracle_file.h"

#include "../model_cases.h"
#include "../temporary_folder.h"
#include "small_oracle.h"

#include <limits>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::states {
namespace {

using testing::SmallOracle;
using testing::TemporaryFolder;

TEST(OracleFile, GivesWhatWasWritten) {
  const TemporaryFolder folder;
  SmallOracle().write(folder / "o.safetensors");
  const OracleFile oracle(folder / "o.safetensors");
  EXPECT_EQ(oracle.source(), "transformers 5.18.0, float64");
  EXPECT_EQ(oracle.family(), "llama");
  ASSERT_EQ(oracle.prompts().size(), 2U);
  const OraclePrompt& first = oracle.prompts()[0];
  EXPECT_EQ(first.text, "one");
  EXPECT_EQ(first.ids, (std::vector<std::int64_t>{7, 8, 9}));
  EXPECT_EQ(first.points, 2);
  EXPECT_EQ(first.tokens(), 3);
  EXPECT_EQ(first.width, 2);
  EXPECT_EQ(first.point(0)(2, 1), 6);
  EXPECT_EQ(first.point(1)(0, 0), 10);
  EXPECT_EQ(first.point(1)(2, 1), 60);
  EXPECT_EQ(first.after_final_norm()(1, 1), -2);
  EXPECT_EQ(first.logits, (std::vector<float>{0, 2, 1}));
  EXPECT_EQ(first.greedy, (std::vector<std::int64_t>{1, 2, 0}));
  EXPECT_EQ(first.greedy_margin, 0.5);
  EXPECT_EQ(oracle.prompts()[1].point(1)(1, 1), 1);
}

TEST(OracleFile, LogitsContinuationsAndNotesMayBeAbsent) {
  const TemporaryFolder folder;
  SmallOracle small;
  small.tensors.erase("oracle/0.logits");
  small.tensors.erase("oracle/0.greedy");
  small.metadata = {{"format", kOracleFormat}};
  small.write(folder / "o.safetensors");
  const OracleFile oracle(folder / "o.safetensors");
  EXPECT_EQ(oracle.source(), "unknown");
  EXPECT_TRUE(oracle.prompts()[0].logits.empty());
  EXPECT_TRUE(oracle.prompts()[0].greedy.empty());
  EXPECT_TRUE(oracle.prompts()[0].text.empty());
  EXPECT_EQ(oracle.prompts()[0].greedy_margin, std::numeric_limits<double>::infinity());
}

TEST(OracleFile, ReadsEveryFixture) {
  for (const std::string& name : testing::model_case_names()) {
    const OracleFile oracle(testing::oracle_of_case(name));
    EXPECT_EQ(oracle.prompts().size(), 3U) << name;
    for (const OraclePrompt& prompt : oracle.prompts()) {
      EXPECT_FALSE(prompt.text.empty() || prompt.logits.empty() || prompt.greedy.empty()) << name;
      EXPECT_GE(prompt.greedy_margin, 1e-3) << name;
    }
  }
}

/// What reading says after a change to the small oracle.
template <class Change>
std::string reading(Change change) {
  const TemporaryFolder folder;
  SmallOracle small;
  change(small);
  small.write(folder / "o.safetensors");
  try {
    OracleFile oracle(folder / "o.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::input_file);
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "read";
}

TEST(OracleFile, RefusesOtherFormats) {
  EXPECT_EQ(
      reading([](SmallOracle& o) { o.metadata["format"] = "phasescope.oracle/2"; }),
      "o.safetensors: __metadata__.format: found \"phasescope.oracle/2\", expected phasescope.oracle/1");
  EXPECT_EQ(reading([](SmallOracle& o) { o.metadata.clear(); }),
            "o.safetensors: __metadata__.format: found \"\", expected phasescope.oracle/1");
}

TEST(OracleFile, RefusesTensorsThatAreMissing) {
  EXPECT_EQ(reading([](SmallOracle& o) { o.tensors.erase("oracle/0"); }),
            "o.safetensors: oracle/0: missing, expected a tensor of that name");
  EXPECT_EQ(reading([](SmallOracle& o) { o.tensors.erase("oracle/1.ids"); }),
            "o.safetensors: oracle/1.ids: missing, expected I64 [2]");
  EXPECT_EQ(reading([](SmallOracle& o) { o.tensors.erase("oracle/0.final"); }),
            "o.safetensors: oracle/0.final: missing, expected F32 [3, 2]");
}

TEST(OracleFile, RefusesTensorsThatDoNotFit) {
  EXPECT_EQ(reading([](SmallOracle& o) {
              o.set("oracle/0", o.floats({4}, {1, 2, 3, 4}));
            }),
            "o.safetensors: oracle/0: is F32 [4], expected F32 [points, tokens, width], none of them 0");
  EXPECT_EQ(
      reading([](SmallOracle& o) {
        o.set("oracle/0", o.floats({2, 0, 2}, {}));
      }),
      "o.safetensors: oracle/0: is F32 [2, 0, 2], expected F32 [points, tokens, width], none of them 0");
  EXPECT_EQ(reading([](SmallOracle& o) {
              o.set("oracle/0.ids", o.integers({1, 2}));
            }),
            "o.safetensors: oracle/0.ids: is I64 [2], expected I64 [3]");
  EXPECT_EQ(reading([](SmallOracle& o) {
              o.set("oracle/0.ids", o.floats({3}, {1, 2, 3}));
            }),
            "o.safetensors: oracle/0.ids: is F32 [3], expected I64 [3]");
  EXPECT_EQ(reading([](SmallOracle& o) {
              o.set("oracle/0.logits", o.floats({1, 3}, {1, 2, 3}));
            }),
            "o.safetensors: oracle/0.logits: is F32 [1, 3], expected F32 [3]");
  EXPECT_EQ(
      reading([](SmallOracle& o) {
        o.set("oracle/1", o.floats({1, 2, 2}, {1, 2, 3, 4}));
      }),
      "o.safetensors: oracle/1: has 1 points of width 2, expected 2 points of width 2 like the first prompt");
}

TEST(OracleFile, RefusesNotesThatAreNoLists) {
  EXPECT_EQ(reading([](SmallOracle& o) { o.metadata["prompts"] = "{}"; }),
            "o.safetensors: __metadata__.prompts: is no list");
  EXPECT_EQ(reading([](SmallOracle& o) {
              o.metadata["greedy_margins"] = "[0.1, ";
            }).rfind("o.safetensors: JSON at byte", 0),
            0U);
}

}  // namespace
}  // namespace phasescope::states
