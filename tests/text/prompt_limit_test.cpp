#include "phasescope/text/prompt_limit.h"

#include "error_message.h"

#include <gtest/gtest.h>

namespace phasescope::text {
namespace {

using testing::message_of;

std::vector<std::string> taken(const std::string& limit, std::size_t count) {
  PromptSet set;
  for (std::size_t i = 1; i <= count; ++i) {
    Prompt prompt;
    prompt.id = std::to_string(i);
    set.prompts.push_back(prompt);
  }
  std::vector<std::string> ids;
  for (const Prompt& prompt : PromptLimit(limit).apply(set).prompts) ids.push_back(prompt.id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(PromptLimit, TakesCountsFractionsAndRanges) {
  EXPECT_EQ(taken("2", 5), (Ids{"1", "2"}));
  EXPECT_EQ(taken("9", 2), (Ids{"1", "2"}));
  EXPECT_EQ(taken("0.1", 11), (Ids{"1", "2"}));
  EXPECT_EQ(taken("1.0", 2), (Ids{"1", "2"}));
  EXPECT_EQ(taken("2-3", 5), (Ids{"2", "3"}));
  EXPECT_EQ(taken("4-9", 5), (Ids{"4", "5"}));
  EXPECT_EQ(PromptLimit().range(7).last, 7U);
}

TEST(PromptLimit, RefusesOtherForms) {
  for (const char* text : {"", "0", "-3", "0.0", "1.5", "3-2", "0-4", "a", "2-", "-", "1e99", "nan", "2 "}) {
    EXPECT_NE(message_of([&] { PromptLimit limit(text); }).find("expected a number of prompts"),
              std::string::npos)
        << text;
  }
}

TEST(PromptLimit, RefusesToLeaveNothing) {
  EXPECT_EQ(message_of([] { taken("6-9", 5); }), "--limit: \"6-9\" leaves none of 5 prompts");
}

}  // namespace
}  // namespace phasescope::text
