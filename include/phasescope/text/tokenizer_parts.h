#pragma once

#include <memory>

#include "phasescope/text/added_tokens.h"
#include "phasescope/text/decoder.h"
#include "phasescope/text/normalizer.h"
#include "phasescope/text/post_processor.h"
#include "phasescope/text/pre_tokenizer.h"
#include "phasescope/text/token_model.h"

namespace phasescope::text {

/// What a tokenizer is put together from. The model is required; the others may be null.
struct TokenizerParts {
  std::unique_ptr<Normalizer> normalizer;
  std::unique_ptr<PreTokenizer> pre_tokenizer;
  std::unique_ptr<TokenModel> model;
  AddedTokens added_tokens;
  PostProcessor post_processor;
  std::unique_ptr<Decoder> decoder;  ///< null: tokens are joined by spaces
};

}  // namespace phasescope::text
