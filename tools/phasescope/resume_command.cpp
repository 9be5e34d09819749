#include "resume_command.h"

#include "phasescope/base/shell_words.h"

namespace phasescope::tool {

std::string resume_command(const std::vector<std::string>& arguments, bool overwrites) {
  std::vector<std::string> words;
  for (const std::string& word : arguments) {
    if (word != "--overwrite" && word.rfind("--overwrite=", 0) != 0) words.push_back(word);
  }
  if (overwrites && words.size() == arguments.size()) words.emplace_back("--overwrite=false");
  return shell_line(words);
}

}  // namespace phasescope::tool
