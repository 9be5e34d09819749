// Chat templates and single constructs of Jinja as Python's jinja2 (3.1), set up as transformers does,
// renders them; the fixtures are written by scripts/tokenizer-fixtures/make_chat_fixtures.py.
// PHASESCOPE_CHAT_TEMPLATES names another folder of the same form, which is how scripts/check-chat-templates
// uses this test.

#include "../places.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/text/chat_template.h"

namespace phasescope::text {
namespace {

std::filesystem::path fixtures() {
  const char* other = std::getenv("PHASESCOPE_CHAT_TEMPLATES");
  return other != nullptr ? std::filesystem::path(other) : test_data() / "chat_templates";
}

const std::filesystem::path folder = fixtures();

/// Friday, 26 July 2024, 13:05, the time that the fixtures were made at.
std::tm fixed_time() {
  std::tm time{};
  time.tm_year = 124;
  time.tm_mon = 6;
  time.tm_mday = 26;
  time.tm_hour = 13;
  time.tm_min = 5;
  time.tm_wday = 5;
  time.tm_yday = 207;
  return time;
}

/// The rendered text, or nothing when the template fails.
std::optional<std::string> render(const std::string& source, const Json& messages,
                                  const ChatOptions& options) {
  try {
    return render_chat(ChatTemplate(source, "test.jinja"), messages, options);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<std::string> text_or_nothing(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional<std::string>(value.get<std::string>());
}

TEST(ChatTemplateGolden, RendersConversationsAsTransformersDoes) {
  std::map<std::string, Json> conversations;
  for (const Json& row : read_json_file(folder / "conversations.json"))
    conversations[row[0].get<std::string>()] = row;
  const Json rows = read_json_file(folder / "rendered.json");
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    SCOPED_TRACE(row[0].dump() + " " + row[1].dump() + " " + row[2].dump());
    const Json& conversation = conversations.at(row[1].get<std::string>());
    ChatOptions options;
    options.add_generation_prompt = row[2].get<bool>();
    options.bos_token = "<s>";
    options.eos_token = "</s>";
    options.variables = conversation[2];
    options.now = fixed_time();
    const auto file = folder / "templates" / (row[0].get<std::string>() + ".jinja");
    EXPECT_EQ(render(read_text_file(file), conversation[1], options), text_or_nothing(row[3]));
  }
}

TEST(ChatTemplateGolden, EvaluatesConstructsAsJinjaDoes) {
  const Json rows = read_json_file(folder / "snippets.json");
  ASSERT_GT(rows.size(), 1U);
  ChatOptions options;
  options.variables = rows[0];
  options.now = fixed_time();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i][0].dump());
    EXPECT_EQ(render(rows[i][0].get<std::string>(), Json::array(), options), text_or_nothing(rows[i][1]));
  }
}

}  // namespace
}  // namespace phasescope::text
