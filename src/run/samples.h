#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/model/language_model.h"
#include "phasescope/run/plan.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// The generated tokens but for a final end token.
std::vector<std::int64_t> without_end_token(const model::SequenceResult& result);

/// True when a text is empty or white space.
bool is_blank(const std::string& text);

/// samples.jsonl: one line a sequence, in prompt order (docs/outputs.md).
void write_samples(const std::filesystem::path& file, const Plan& plan,
                   const std::vector<model::SequenceResult>& results, const text::Tokenizer& tokenizer);

}  // namespace phasescope::run
