#pragma once

#include <functional>
#include <istream>
#include <string>

#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

struct TokenizeOptions {
  bool special_tokens = true;  ///< what the post-processor adds
  bool decode = false;         ///< lines are {"ids": [...]}
};

/// For each input line (JSON with `text` or `prompt`, or plain text) one JSON line {"ids", "tokens"}, or with
/// decode {"text"}. Errors: input_file with the line.
void tokenize_lines(const text::Tokenizer& tokenizer, std::istream& input, const std::string& file,
                    const TokenizeOptions& options,
                    const std::function<void(const std::string& line)>& write);

}  // namespace phasescope::run
