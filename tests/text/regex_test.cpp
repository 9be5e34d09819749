#include "phasescope/text/regex.h"

#include "error_message.h"

#include <gtest/gtest.h>

namespace phasescope::text {
namespace {

using testing::message_of;

std::vector<std::string> matches(const std::string& pattern, const std::string& text) {
  std::vector<std::string> found;
  for (const Span& span : Regex(pattern, "t.json", "pattern").find_all(text)) {
    found.emplace_back(part_of(text, span));
  }
  return found;
}

using Texts = std::vector<std::string>;

TEST(Regex, FindsEmptyMatchesButNotDirectlyAfterAMatch) {
  EXPECT_EQ(matches("x*", "axb"), (Texts{"", "x", ""}));
  EXPECT_EQ(matches("", "\u00e9a"), (Texts{"", "", ""}));
}

TEST(Regex, NamesFileFieldAndPatternOfAFault) {
  const std::string message = message_of([] { Regex("a(b", "t.json", "pre_tokenizer.pattern.Regex"); });
  EXPECT_EQ(message.rfind("t.json: pre_tokenizer.pattern.Regex: regular expression \"a(b\": ", 0), 0U)
      << message;
}

TEST(Regex, RefusesWhatItCannotTranslate) {
  for (const char* pattern : {"[a-z&&[^b]]", "[a[b]]", R"(\Ra)", R"(\X)", "(?~abc)", R"([\W])", "[]", "[a",
                              "[[:foo:]]", R"(\pL)", R"(\p{L)", R"(\u12)"}) {
    EXPECT_NE(message_of([&] { Regex(pattern, "t.json", "pattern"); }).find("not supported"),
              std::string::npos)
        << pattern;
  }
}

TEST(Regex, SurvivesPatternsThatNeedMuchStack) {
  const std::string text(200000, 'a');
  EXPECT_EQ(matches("(?:a|b)+c|(?:(?:a)(?:a)?)+", text).size(), 1U);
}

TEST(EscapeRegex, MatchesTheTextItself) {
  for (const std::string text : {"a.b*c", "[x](y){z}", "^$|?+\\", "# - ~ &&", "\t\n", "\u2581", "..."}) {
    EXPECT_EQ(matches(escape_regex(text), "p" + text + "s"), Texts{text}) << text;
  }
}

}  // namespace
}  // namespace phasescope::text
