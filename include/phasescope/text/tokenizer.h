#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

struct GgufVocabulary;
struct TokenizerParts;

/// Text to token ids and back: normalize, cut into pieces, apply the model, add special tokens; and the
/// decoder. Immutable: any number of threads may use one object at once. Ids are those of the `tokenizers`
/// library for the same file; its truncation and padding settings are not applied.
///
///     const Tokenizer tokenizer = Tokenizer::from_json_file("model/tokenizer.json");
///     const std::vector<std::int64_t> ids = tokenizer.encode("The cat sat");
///     std::string text = tokenizer.decode(ids, true);
class Tokenizer {
 public:
  /// From a tokenizer.json. Errors: environment when it cannot be read; input_file, naming the field, when it
  /// is wrong or uses a component that is not supported.
  static Tokenizer from_json_file(const std::filesystem::path& file);
  /// From the metadata of a GGUF file; `file` is only its name in errors (input_file).
  static Tokenizer from_gguf(const GgufVocabulary& vocabulary, const std::string& file);

  explicit Tokenizer(TokenizerParts parts);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Errors: input_file when the text is no UTF-8, with the byte of the fault.
  std::vector<std::int64_t> encode(std::string_view text, bool add_special_tokens = true) const;
  /// Ids without a token are passed over.
  std::string decode(const std::vector<std::int64_t>& ids, bool skip_special_tokens = false) const;

  /// The token as the vocabulary writes it (bytes in its own alphabet); empty for an id without one.
  std::string token_text(std::int64_t id) const;
  std::optional<std::int64_t> token_id(std::string_view token) const;
  bool is_special(std::int64_t id) const;
  /// One more than the largest id.
  std::int64_t vocabulary_size() const;

 private:
  const std::string* find_text(std::int64_t id) const;
  void encode_text(std::string_view text, std::vector<std::int64_t>& ids) const;

  std::unique_ptr<const TokenizerParts> parts_;
};

}  // namespace phasescope::text
