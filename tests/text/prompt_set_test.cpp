#include "phasescope/text/prompt_set.h"

#include "../temporary_folder.h"
#include "error_message.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::text {
namespace {

using testing::message_of;

class PromptSetTest : public ::testing::Test {
 protected:
  PromptSet load(const std::string& name, const std::string& text) {
    write_file_atomically(folder_ / name, text);
    return load_prompt_set(folder_ / name);
  }
  /// The message without the folder's name.
  std::string error_of(const std::string& name, const std::string& text) {
    const std::string message = message_of([&] { load(name, text); });
    const std::string prefix = folder_.path().string() + "/";
    return message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(PromptSetTest, ReadsJsonLines) {
  const PromptSet set = load(
      "p.jsonl",
      "\xEF\xBB\xBF{\"id\": \"a\", \"category\": \"x\", \"prompt\": \"caf\\u00e9\", \"extra\": [1]}\r\n\n"
      "{\"prompt\": \"q\", \"pair\": 7, \"role\": \"prone\", \"answer\": \"yes\", \"category\": null}");
  ASSERT_EQ(set.prompts.size(), 2U);
  EXPECT_EQ(set.prompts[0].id, "a");
  EXPECT_EQ(set.prompts[0].text, "caf\u00e9");
  EXPECT_FALSE(set.prompts[0].pair);
  EXPECT_FALSE(set.prompts[0].role);
  EXPECT_EQ(set.prompts[1].id, "3");
  EXPECT_EQ(set.prompts[1].category, "all");
  EXPECT_EQ(set.prompts[1].pair, "7");
  EXPECT_EQ(set.prompts[1].role, PromptRole::prone);
  EXPECT_EQ(set.prompts[1].answer, "yes");
  EXPECT_EQ(set.categories(), (std::vector<std::string>{"x", "all"}));
}

TEST_F(PromptSetTest, ReadsPlainText) {
  const PromptSet set = load("p.txt", "first\r\n\n  second \n");
  ASSERT_EQ(set.prompts.size(), 2U);
  EXPECT_EQ(set.prompts[0].text, "first");
  EXPECT_EQ(set.prompts[1].text, "  second ");
  EXPECT_EQ(set.prompts[1].id, "3");
  EXPECT_EQ(set.prompts[1].category, "all");
}

TEST_F(PromptSetTest, ReadsCsv) {
  const PromptSet set = load(
      "p.csv", "id,prompt,role,note\r\n1,\"He said \"\"no\"\",\nthen left\",grounded,x\r\n2,plain,,\r\n");
  ASSERT_EQ(set.prompts.size(), 2U);
  EXPECT_EQ(set.prompts[0].text, "He said \"no\",\nthen left");
  EXPECT_EQ(set.prompts[0].role, PromptRole::grounded);
  EXPECT_EQ(set.prompts[1].text, "plain");
  EXPECT_FALSE(set.prompts[1].role);
}

TEST_F(PromptSetTest, NamesLineAndFieldOfAFault) {
  EXPECT_EQ(error_of("p.jsonl", "{\"prompt\": \"a\"}\n{\"id\": \"b\"}\n"),
            "p.jsonl: prompt at line 2: missing");
  EXPECT_EQ(error_of("p.jsonl", "{\"prompt\": \"\"}\n"), "p.jsonl: prompt at line 1: is empty");
  EXPECT_EQ(error_of("p.jsonl", "{\"prompt\": [1]}\n"),
            "p.jsonl: prompt at line 1: found array, expected a string");
  EXPECT_EQ(error_of("p.jsonl", "{\"id\": 1, \"prompt\": \"a\"}\n{\"id\": \"1\", \"prompt\": \"b\"}\n"),
            "p.jsonl: id at line 2: \"1\" occurs twice");
  EXPECT_EQ(error_of("p.jsonl", "{\"prompt\": \"a\", \"role\": \"hero\"}\n"),
            "p.jsonl: role at line 1: found \"hero\", expected grounded, prone or style");
  EXPECT_EQ(error_of("p.jsonl", "\n[1]\n"), "p.jsonl: JSON at line 2: found array, expected an object");
  EXPECT_EQ(error_of("p.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\"\n").rfind("p.jsonl: JSON at line 2: ", 0),
            0U);
  EXPECT_EQ(error_of("p.txt", "good\nb\xFF d\n"), "p.txt: text at line 2: is no valid UTF-8");
  EXPECT_EQ(error_of("p.txt", " \n\n"), "p.txt: holds no prompts");
  EXPECT_EQ(error_of("p.csv", "id,text\n1,a\n"),
            "p.csv: prompt at line 1: missing from the header, expected a column of this name");
  EXPECT_EQ(error_of("p.csv", "id,prompt\n1,a\n\n2\n"),
            "p.csv: CSV at line 4: found 1 fields, expected 2 as in the header");
  EXPECT_EQ(error_of("p.csv", "id,prompt\n1,\n"), "p.csv: prompt at line 2: is empty");
  EXPECT_EQ(error_of("p.csv", "id,prompt\n"), "p.csv: holds no prompts");
}

}  // namespace
}  // namespace phasescope::text
