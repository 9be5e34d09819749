#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::text {

/// A tokenizer.json, read. The large tables of the model are kept apart from the rest: as part of a JSON
/// document they would cost most of the loading time (hundreds of thousands of entries).
struct TokenizerFile {
  std::string file;                                          ///< name, for errors
  Json description;                                          ///< all but the three tables
  std::vector<std::pair<std::string, std::int64_t>> tokens;  ///< model.vocab as an object: token and id
  std::vector<std::pair<std::string, double>>
      scored_tokens;  ///< model.vocab as an array: token and score, by id
  std::vector<std::pair<std::string, std::string>> merges;  ///< model.merges, by rank
};

/// Errors: environment when the file cannot be read; input_file when it is no JSON (with the byte) or a table
/// is malformed (with the field).
TokenizerFile read_tokenizer_file(const std::filesystem::path& file);
/// The same from a text; `file` is only its name in errors.
TokenizerFile parse_tokenizer_file(const std::string& text, const std::string& file);

}  // namespace phasescope::text
