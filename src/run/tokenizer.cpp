#include "phasescope/run/tokenizer.h"

#include "phasescope/formats/gguf.h"
#include "phasescope/text/gguf_vocabulary.h"

namespace phasescope::run {
namespace {

std::optional<std::int64_t> id_of(const formats::GgufFile& file, const char* key) {
  return file.has(key) ? std::optional(file.integer(key)) : std::nullopt;
}

std::optional<bool> flag_of(const formats::GgufFile& file, const char* key) {
  return file.has(key) ? std::optional(file.boolean(key)) : std::nullopt;
}

text::GgufVocabulary read_vocabulary(const formats::GgufFile& file) {
  text::GgufVocabulary vocabulary;
  vocabulary.model = file.text("tokenizer.ggml.model");
  vocabulary.pre = file.text_or("tokenizer.ggml.pre", "");
  for (const std::string_view token : file.texts("tokenizer.ggml.tokens"))
    vocabulary.tokens.emplace_back(token);
  if (file.has("tokenizer.ggml.scores")) {
    for (const double score : file.numbers("tokenizer.ggml.scores"))
      vocabulary.scores.push_back(static_cast<float>(score));
  }
  if (file.has("tokenizer.ggml.token_type")) {
    for (const std::int64_t type : file.integers("tokenizer.ggml.token_type")) {
      vocabulary.token_types.push_back(static_cast<std::int32_t>(type));
    }
  }
  if (file.has("tokenizer.ggml.merges")) {
    for (const std::string_view merge : file.texts("tokenizer.ggml.merges"))
      vocabulary.merges.emplace_back(merge);
  }
  vocabulary.bos_id = id_of(file, "tokenizer.ggml.bos_token_id");
  vocabulary.eos_id = id_of(file, "tokenizer.ggml.eos_token_id");
  vocabulary.unknown_id = id_of(file, "tokenizer.ggml.unknown_token_id");
  vocabulary.padding_id = id_of(file, "tokenizer.ggml.padding_token_id");
  vocabulary.add_bos = flag_of(file, "tokenizer.ggml.add_bos_token");
  vocabulary.add_eos = flag_of(file, "tokenizer.ggml.add_eos_token");
  vocabulary.add_space_prefix = flag_of(file, "tokenizer.ggml.add_space_prefix");
  return vocabulary;
}

}  // namespace

text::Tokenizer load_tokenizer(const checkpoint::Checkpoint& checkpoint) {
  if (const formats::GgufFile* gguf = checkpoint.gguf()) {
    return text::Tokenizer::from_gguf(read_vocabulary(*gguf), gguf->path().string());
  }
  return text::Tokenizer::from_json_file(checkpoint.tokenizer_file());
}

}  // namespace phasescope::run
