#include "phasescope/base/shell_words.h"

#include <array>
#include <cstdio>
#include <memory>

#include <gtest/gtest.h>

namespace phasescope {
namespace {

TEST(ShellWords, PlainOnesStayAsTheyAre) {
  EXPECT_EQ(shell_line({"run", "-m", "org/name@step1.5", "--seed=1"}), "run -m org/name@step1.5 --seed=1");
}

/// The shell itself is the judge.
TEST(ShellWords, TheShellReadsThemBack) {
  const std::vector<std::string> words = {
      "", " ", "it's", "a  b", "$HOME `id` $(id)", "*", "~", "a\\b", "\"x\"", "!#&;|<>(){}[]?", "-"};
  const std::string command = "printf '<%s>' " + shell_line(words);
  const std::unique_ptr<FILE, int (*)(FILE*)> shell(::popen(command.c_str(), "r"), ::pclose);
  ASSERT_TRUE(shell);
  std::array<char, 4096> output{};
  const std::size_t size = std::fread(output.data(), 1, output.size(), shell.get());
  std::string expected;
  for (const std::string& word : words) expected += "<" + word + ">";
  EXPECT_EQ(std::string(output.data(), size), expected);
}

}  // namespace
}  // namespace phasescope
