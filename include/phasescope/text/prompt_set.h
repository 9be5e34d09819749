#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::text {

/// One prompt as its set describes it; what the set does not say is empty.
struct Prompt {
  std::string id;
  std::string category;
  std::string text;
  std::string pair;
  std::string role;    ///< "grounded", "prone" or "style"
  std::string answer;
};

struct PromptSet {
  std::filesystem::path file;
  std::string name;                   ///< the shipped set's name, else the file's stem
  std::vector<Prompt> prompts;
  std::vector<std::string> analyses;  ///< which analyses a shipped set is for; empty: not said
  std::optional<std::string> chat;    ///< "off", "on" or "auto" where a shipped set says so
};

/// Reads a prompt set: JSON Lines (.jsonl, .json), CSV with a header (.csv), or plain text, one prompt a line (its id is the line
/// number, its category "all"). Errors: environment when it cannot be read; input_file, with the line, for a missing or empty
/// prompt, a repeated id, an unknown role, text that is no UTF-8, and a set without prompts.
PromptSet load_prompt_set(const std::filesystem::path& file);

/// The same for a name: a shipped set (`core`, `pairs`, `panel24`) where no file of that name exists. Shipped sets are
/// those of configs_folder()/prompts/index.json.
PromptSet find_prompt_set(const std::string& name_or_file);

/// Which prompts of `count` a limit selects: "20" the first 20, "0.1" the first tenth (at least one), "10-20" numbers 10 to 19 counted
/// from 0. Errors: usage.
struct IndexRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
IndexRange parse_limit(const std::string& limit, std::int64_t count);

}  // namespace phasescope::text
