#pragma once

<<<<<<< HEAD
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
=======
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
>>>>>>> text
#include <vector>

namespace phasescope::text {

<<<<<<< HEAD
/// One prompt as its set describes it; what the set does not say is empty.
struct Prompt {
  std::string id;
  std::string category;
  std::string text;
  std::string pair;
  std::string role;    ///< "grounded", "prone" or "style"
  std::string answer;
=======
/// What a prompt is for in the paired analyses: one whose answer is well grounded, one that invites
/// invention, or an open one that is read for style.
enum class PromptRole { grounded, prone, style };

/// "grounded", "prone" or "style".
std::string to_string(PromptRole role);

struct Prompt {
  std::string id;                   ///< unique within its set
  std::string category;             ///< "all" when the file has none
  std::string text;                 ///< valid UTF-8, not empty
  std::optional<std::string> pair;  ///< the same in both prompts of a pair
  std::optional<PromptRole> role;
  std::optional<std::string> answer;  ///< what a correct continuation holds
>>>>>>> text
};

struct PromptSet {
  std::filesystem::path file;
<<<<<<< HEAD
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

=======
  std::vector<Prompt> prompts;  ///< in file order, at least one

  /// The categories in the order in which they first appear.
  std::vector<std::string> categories() const;
};

/// Reads a prompt set; the extension tells the form:
///  - .jsonl, .ndjson, .json: one object a line, {"id", "category", "prompt", "pair", "role", "answer"}, of
///  which
///    only "prompt" is required; other keys are passed over;
///  - .csv: RFC 4180 with a header of the same names, where an empty field is an absent one;
///  - any other: plain text, one prompt a line.
/// Empty lines are passed over. A prompt without id has its line number for one. Errors: environment when the
/// file cannot be read; input_file, with line and field, for a missing or empty prompt, a duplicate id, a
/// wrong role, text that is no UTF-8, malformed JSON or CSV, or a set without prompts.
PromptSet load_prompt_set(const std::filesystem::path& file);

>>>>>>> text
}  // namespace phasescope::text
