#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

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
  /// What it is known by wherever it stands: id and text, or, where the file gives no id, the text and which
  /// of equal texts it is.
  std::string identity;
};

struct PromptSet {
  std::filesystem::path file;
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

}  // namespace phasescope::text
