// Scripts for shells. bash runs its own where it is installed; for the others the script must name
// everything.
#include "program.h"

#include <filesystem>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phasescope::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBash = "/bin/bash";

std::string script(const std::string& shell) {
  const Outcome outcome = phasescope({"completion", shell});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  return outcome.out;
}

/// What bash offers for the last of these words.
std::vector<std::string> offered(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += " '" + word + "'";
  Surroundings surroundings;
  surroundings.input = script("bash") + "COMP_WORDS=(" + line + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n" +
                       "_phasescope\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const Outcome outcome = run_process(kBash, {"--norc"}, surroundings);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  std::vector<std::string> words_offered;
  std::istringstream lines(outcome.out);
  for (std::string word; std::getline(lines, word);)
    if (!word.empty()) words_offered.push_back(word);
  return words_offered;
}

class Bash : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kBash)) GTEST_SKIP() << "there is no bash";
  }
};

TEST_F(Bash, OffersCommands) {
  EXPECT_THAT(offered({"phasescope", ""}),
              AllOf(Contains("run"), Contains("inspect"), Contains("completion")));
  EXPECT_THAT(offered({"phasescope", "insp"}), ::testing::ElementsAre("inspect"));
  EXPECT_THAT(offered({"phasescope", "--ver"}), ::testing::ElementsAre("--version"));
}

TEST_F(Bash, OffersTheOptionsOfACommand) {
  EXPECT_THAT(offered({"phasescope", "run", "--"}),
              AllOf(Contains("--model"), Contains("--prompts"), Contains("--chat")));
  EXPECT_THAT(offered({"phasescope", "inspect", "--"}),
              AllOf(Contains("--json"), Not(Contains("--prompts"))));
  EXPECT_THAT(offered({"phasescope", "run", "-m", "x", "--ct-n"}), ::testing::ElementsAre("--ct-norm"));
}

TEST_F(Bash, OffersValues) {
  EXPECT_THAT(offered({"phasescope", "run", "--chat", ""}),
              ::testing::UnorderedElementsAre("off", "on", "auto"));
  EXPECT_THAT(offered({"phasescope", "run", "-p", "pa"}),
              ::testing::UnorderedElementsAre("pairs", "panel24"));
  EXPECT_THAT(offered({"phasescope", "ls", "fam"}), ::testing::ElementsAre("families"));
  EXPECT_THAT(offered({"phasescope", "schema", "reg"}), ::testing::ElementsAre("regime"));
}

/// For nothing else has bash its own completion of file names (complete -o default).
TEST_F(Bash, LeavesFileNamesToBash) {
  EXPECT_THAT(offered({"phasescope", "run", "--model", ""}), IsEmpty());
  EXPECT_THAT(offered({"phasescope", "inspect", ""}), IsEmpty());
  EXPECT_THAT(script("bash"), HasSubstr("complete -o default -F _phasescope phasescope\n"));
}

/// Every long option that the help of a command shows.
TEST(Completion, NamesEveryOptionInEveryShell) {
  const std::string zsh = script("zsh"), fish = script("fish"), bash = script("bash");
  for (const std::string command : {"run", "analyze", "inspect", "tokenize", "verify", "audit", "validate"}) {
    const std::string help = phasescope({command, "--help"}).out;
    const std::regex option("\n +(?:-[A-Za-z],)?(--[a-z-]+)");
    int count = 0;
    for (std::sregex_iterator match(help.begin(), help.end(), option), end; match != end; ++match, ++count) {
      const std::string name = (*match)[1];
      EXPECT_THAT(bash, HasSubstr(name)) << command;
      EXPECT_THAT(zsh, HasSubstr("'" + name + "[")) << command;
      EXPECT_THAT(fish, HasSubstr("'__fish_seen_subcommand_from " + command + "'")) << command;
      EXPECT_THAT(fish, HasSubstr(" -l " + name.substr(2) + " ")) << command;
    }
    EXPECT_GT(count, 0) << command;
  }
}

TEST(Completion, OfOtherShells) {
  expect_error(phasescope({"completion", "csh"}), 2,
               "shell: found \"csh\", expected one of bash, zsh, fish (see phasescope --help)");
}

}  // namespace
}  // namespace phasescope::testing
