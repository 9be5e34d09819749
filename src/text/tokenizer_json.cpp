#include "phasescope/text/tokenizer_json.h"

#include <utility>

#include "phasescope/text/bpe_model.h"
#include "phasescope/text/tokenizer.h"
#include "phasescope/text/unigram_model.h"
#include "phasescope/text/wordpiece_model.h"

namespace phasescope::text {
namespace {

/// The same for a component that may be absent.
template <typename Component>
std::unique_ptr<Component> read_optional(const JsonObject& tokenizer, const std::string& key,
                                         std::unique_ptr<Component> (*read)(const JsonObject&)) {
  return tokenizer.has(key) ? read(tokenizer.object(key)) : nullptr;
}

Vocabulary read_vocabulary(TokenizerFile& file, const JsonObject& model) {
  if (file.tokens.empty()) model.fail("vocab", "is missing or empty", "an object of tokens and ids");
  return Vocabulary(std::move(file.tokens), file.file, model.field("vocab"));
}

std::unique_ptr<TokenModel> read_bpe(TokenizerFile& file, const JsonObject& model) {
  if (model.has("dropout") && model.number("dropout") != 0) {
    model.fail("dropout", "random merges are not supported", "null");
  }
  BpeModel::Options options;
  if (model.has("unk_token")) options.unknown_token = model.text("unk_token");
  options.continuing_subword_prefix = model.text_or("continuing_subword_prefix", "");
  options.end_of_word_suffix = model.text_or("end_of_word_suffix", "");
  options.fuse_unknown = model.boolean_or("fuse_unk", false);
  options.byte_fallback = model.boolean_or("byte_fallback", false);
  options.ignore_merges = model.boolean_or("ignore_merges", false);
  return std::make_unique<BpeModel>(read_vocabulary(file, model), file.merges, std::move(options), file.file,
                                    "model");
}

std::unique_ptr<TokenModel> read_unigram(TokenizerFile& file, const JsonObject& model) {
  if (file.scored_tokens.empty()) model.fail("vocab", "is missing or empty", "a list of tokens and scores");
  UnigramModel::Options options;
  if (model.has("unk_id")) options.unknown_id = model.integer("unk_id");
  options.byte_fallback = model.boolean_or("byte_fallback", false);
  return std::make_unique<UnigramModel>(std::move(file.scored_tokens), options, file.file);
}

std::unique_ptr<TokenModel> read_wordpiece(TokenizerFile& file, const JsonObject& model) {
  WordPieceModel::Options options;
  options.unknown_token = model.text_or("unk_token", options.unknown_token);
  options.continuing_subword_prefix =
      model.text_or("continuing_subword_prefix", options.continuing_subword_prefix);
  options.max_characters = static_cast<std::size_t>(model.integer_or("max_input_chars_per_word", 100));
  return std::make_unique<WordPieceModel>(read_vocabulary(file, model), std::move(options), file.file);
}

/// Files of old versions leave the type out; the tables tell.
std::string model_type(const TokenizerFile& file, const JsonObject& model) {
  if (model.has("type")) return model.text("type");
  if (!file.scored_tokens.empty()) return "Unigram";
  if (!file.merges.empty()) return "BPE";
  model.fail("type", "missing");
}

std::unique_ptr<TokenModel> read_model(TokenizerFile& file, const JsonObject& tokenizer) {
  const JsonObject model = tokenizer.object("model");
  const std::string type = model_type(file, model);
  if (type == "BPE") return read_bpe(file, model);
  if (type == "Unigram") return read_unigram(file, model);
  if (type == "WordPiece") return read_wordpiece(file, model);
  model.fail("type", "model \"" + type + "\" is not supported");
}

}  // namespace

TokenizerParts build_tokenizer(TokenizerFile file) {
  const JsonObject tokenizer(file.description, file.file);
  TokenizerParts parts;
  parts.normalizer = read_optional(tokenizer, "normalizer", read_normalizer);
  parts.pre_tokenizer = read_optional(tokenizer, "pre_tokenizer", read_pre_tokenizer);
  parts.model = read_model(file, tokenizer);
  if (tokenizer.has("post_processor")) {
    parts.post_processor = read_post_processor(tokenizer.object("post_processor"));
  }
  parts.decoder = read_optional(tokenizer, "decoder", read_decoder);
  parts.added_tokens =
      AddedTokens(read_added_tokens(tokenizer), parts.model->vocabulary(), parts.normalizer.get(), file.file);
  return parts;
}

Tokenizer Tokenizer::from_json_file(const std::filesystem::path& file) {
  return Tokenizer(build_tokenizer(read_tokenizer_file(file)));
}

}  // namespace phasescope::text
