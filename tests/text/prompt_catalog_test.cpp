#include "phasescope/text/prompt_catalog.h"

#include "../temporary_folder.h"
#include "error_message.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "phasescope/base/files.h"

namespace phasescope::text {
namespace {

using testing::message_of;

class PromptCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_folder(folder_ / "prompts");
    ::setenv("PHASESCOPE_CONFIGS", folder_.path().c_str(), 1);
  }
  void TearDown() override { ::unsetenv("PHASESCOPE_CONFIGS"); }
  void write_index(const std::string& text) { write_file_atomically(folder_ / "prompts/index.json", text); }

  testing::TemporaryFolder folder_;
};

TEST_F(PromptCatalogTest, FindsASetByName) {
  write_index(R"({"schema_version": 1, "sets": [
    {"name": "core", "file": "core.jsonl", "analyses": ["species"], "description": "five categories"},
    {"name": "pairs", "file": "pairs.jsonl", "analyses": ["pairs", "dynamics"], "description": "", "chat": "auto"}]})");
  const auto set = find_shipped_prompt_set("pairs");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->file, folder_.path() / "prompts" / "pairs.jsonl");
  EXPECT_EQ(set->analyses, (std::vector<std::string>{"pairs", "dynamics"}));
  EXPECT_EQ(set->chat, "auto");
  EXPECT_FALSE(find_shipped_prompt_set("core")->chat);
  EXPECT_FALSE(find_shipped_prompt_set("absent"));
}

TEST_F(PromptCatalogTest, ChecksTheIndex) {
  write_index(R"({"schema_version": 2, "sets": []})");
  EXPECT_NE(message_of([] { shipped_prompt_sets(); }).find("schema_version: found 2"), std::string::npos);
  write_index(R"({"schema_version": 1, "sets": [{"name": "core"}]})");
  EXPECT_NE(message_of([] { shipped_prompt_sets(); }).find("sets[0].file: missing"), std::string::npos);
}

TEST_F(PromptCatalogTest, TellsWhereItLooked) {
  ::setenv("PHASESCOPE_CONFIGS", "/no/such/folder", 1);
  EXPECT_EQ(message_of([] { configs_folder(); }),
            "the folder of shipped files was not found; looked for /no/such/folder");
}

}  // namespace
}  // namespace phasescope::text
