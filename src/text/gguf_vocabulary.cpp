#include "phasescope/text/gguf_vocabulary.h"

#include <cmath>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/text/bpe_model.h"
#include "phasescope/text/score_bpe_model.h"
#include "phasescope/text/split_patterns.h"
#include "phasescope/text/tokenizer.h"
#include "phasescope/text/tokenizer_parts.h"

namespace phasescope::text {
namespace {

enum TokenType : std::int32_t { unknown = 2, control = 3, user_defined = 4 };

constexpr char space_mark[] = "\xE2\x96\x81";

void check_id(const std::optional<std::int64_t>& id, const GgufVocabulary& vocabulary, const std::string& key,
              const std::string& file) {
  const auto count = static_cast<std::int64_t>(vocabulary.tokens.size());
  if (id && (*id < 0 || *id >= count)) {
    throw_input_error(file, "tokenizer.ggml." + key, "found " + std::to_string(*id),
                      "an id below " + std::to_string(count));
  }
}

void check(const GgufVocabulary& vocabulary, const std::string& file) {
  const std::size_t count = vocabulary.tokens.size();
  if (count == 0) throw_input_error(file, "tokenizer.ggml.tokens", "is missing or empty");
  if (!vocabulary.token_types.empty() && vocabulary.token_types.size() != count) {
    throw_input_error(file, "tokenizer.ggml.token_type",
                      "has " + std::to_string(vocabulary.token_types.size()) + " entries",
                      std::to_string(count) + ", one a token");
  }
  check_id(vocabulary.bos_id, vocabulary, "bos_token_id", file);
  check_id(vocabulary.eos_id, vocabulary, "eos_token_id", file);
  check_id(vocabulary.unknown_id, vocabulary, "unknown_token_id", file);
}

/// Some files hold tokens that are no UTF-8. They can stand for no part of a text.
Vocabulary make_vocabulary(const GgufVocabulary& vocabulary, const std::string& file) {
  std::vector<std::pair<std::string, std::int64_t>> entries;
  entries.reserve(vocabulary.tokens.size());
  for (const std::string& token : vocabulary.tokens) {
    entries.emplace_back(replace_invalid_utf8(token), static_cast<std::int64_t>(entries.size()));
  }
  return Vocabulary(std::move(entries), file, "tokenizer.ggml.tokens");
}

std::vector<AddedToken> added_tokens(const GgufVocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  for (std::size_t id = 0; id < vocabulary.token_types.size(); ++id) {
    const std::int32_t type = vocabulary.token_types[id];
    if (type != unknown && type != control && type != user_defined) continue;
    AddedToken token;
    token.content = replace_invalid_utf8(vocabulary.tokens[id]);
    token.special = type != user_defined;
    token.normalized = false;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

PostProcessor post_processor(const GgufVocabulary& vocabulary, bool default_add_bos,
                             const std::string& file) {
  PostProcessor processor;
  const bool add_bos = vocabulary.add_bos.value_or(default_add_bos && vocabulary.bos_id.has_value());
  const bool add_eos = vocabulary.add_eos.value_or(false);
  const auto add = [&](const std::optional<std::int64_t>& id, const char* key,
                       std::vector<std::int64_t>& side) {
    if (!id) throw_input_error(file, std::string("tokenizer.ggml.") + key, "missing, but to be added");
    side.push_back(*id);
  };
  if (add_bos) add(vocabulary.bos_id, "bos_token_id", processor.before);
  if (add_eos) add(vocabulary.eos_id, "eos_token_id", processor.behind);
  return processor;
}

BpeModel::MergePairs merge_pairs(const GgufVocabulary& vocabulary, const std::string& file) {
  if (vocabulary.merges.empty()) throw_input_error(file, "tokenizer.ggml.merges", "is missing or empty");
  BpeModel::MergePairs pairs;
  pairs.reserve(vocabulary.merges.size());
  for (const std::string& merge : vocabulary.merges) {
    const std::size_t space = merge.find(' ', 1);
    if (merge.empty() || space == std::string::npos) {
      throw_input_error(file, "tokenizer.ggml.merges[" + std::to_string(pairs.size()) + "]",
                        "found \"" + merge + "\"", "two tokens");
    }
    pairs.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return pairs;
}

TokenizerParts byte_level_parts(const GgufVocabulary& vocabulary, const std::string& file) {
  TokenizerParts parts;
  SplitPattern pattern = named_split_pattern(vocabulary.pre, file);
  parts.normalizer = std::move(pattern.normalizer);
  parts.pre_tokenizer = std::move(pattern.pre_tokenizer);
  BpeModel::Options options;
  options.ignore_merges = pattern.ignore_merges;
  parts.model = std::make_unique<BpeModel>(make_vocabulary(vocabulary, file), merge_pairs(vocabulary, file),
                                           std::move(options), file, "tokenizer.ggml");
  parts.decoder = std::make_unique<ByteLevelDecoder>();
  parts.post_processor = post_processor(vocabulary, pattern.add_bos, file);
  return parts;
}

/// Spaces are written as U+2581, with one before the text, and before what follows each special token.
std::unique_ptr<Normalizer> space_marking(bool add_prefix) {
  std::vector<std::unique_ptr<Normalizer>> steps;
  if (add_prefix) steps.push_back(std::make_unique<PrependNormalizer>(space_mark));
  steps.push_back(std::make_unique<ReplaceNormalizer>(Regex(" ", "", "space"), space_mark));
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

std::unique_ptr<Decoder> mark_decoder(bool strip_prefix) {
  std::vector<std::unique_ptr<Decoder>> steps;
  steps.push_back(std::make_unique<ReplaceDecoder>(Regex(space_mark, "", "space mark"), " "));
  steps.push_back(std::make_unique<ByteFallbackDecoder>());
  steps.push_back(std::make_unique<FuseDecoder>());
  if (strip_prefix) steps.push_back(std::make_unique<StripDecoder>(" ", 1, 0));
  return std::make_unique<DecoderSequence>(std::move(steps));
}

void check_scores(const GgufVocabulary& vocabulary, const std::string& file) {
  if (vocabulary.scores.size() != vocabulary.tokens.size()) {
    throw_input_error(file, "tokenizer.ggml.scores",
                      "has " + std::to_string(vocabulary.scores.size()) + " entries",
                      std::to_string(vocabulary.tokens.size()) + ", one a token");
  }
  for (std::size_t id = 0; id < vocabulary.scores.size(); ++id) {
    if (std::isnan(vocabulary.scores[id])) {
      throw_input_error(file, "tokenizer.ggml.scores[" + std::to_string(id) + "]", "is not a number");
    }
  }
}

TokenizerParts sentencepiece_parts(const GgufVocabulary& vocabulary, const std::string& file) {
  check_scores(vocabulary, file);
  const bool add_prefix = vocabulary.add_space_prefix.value_or(true);
  TokenizerParts parts;
  parts.normalizer = space_marking(add_prefix);
  parts.model = std::make_unique<ScoreBpeModel>(make_vocabulary(vocabulary, file), vocabulary.scores,
                                                vocabulary.unknown_id);
  parts.decoder = mark_decoder(add_prefix);
  parts.post_processor = post_processor(vocabulary, true, file);
  return parts;
}

TokenizerParts build_parts(const GgufVocabulary& vocabulary, const std::string& file) {
  if (vocabulary.model == "gpt2") return byte_level_parts(vocabulary, file);
  if (vocabulary.model == "llama") return sentencepiece_parts(vocabulary, file);
  throw_input_error(file, "tokenizer.ggml.model", "\"" + vocabulary.model + "\" is not supported",
                    "gpt2 or llama");
}

}  // namespace

Tokenizer Tokenizer::from_gguf(const GgufVocabulary& vocabulary, const std::string& file) {
  check(vocabulary, file);
  TokenizerParts parts = build_parts(vocabulary, file);
  parts.added_tokens = AddedTokens(added_tokens(vocabulary), parts.model->vocabulary(), nullptr, file);
  return Tokenizer(std::move(parts));
}

}  // namespace phasescope::text
