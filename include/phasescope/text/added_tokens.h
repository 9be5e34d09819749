#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/text/byte_trie.h"
#include "phasescope/text/normalizer.h"
#include "phasescope/text/piece.h"
#include "phasescope/text/vocabulary.h"

namespace phasescope::text {

/// A token that is found in the text as it stands, before the model sees what remains.
struct AddedToken {
  std::string content;
  bool single_word = false;  ///< only where no word character touches it
  bool strip_left = false;   ///< takes the white space before it along
  bool strip_right = false;  ///< takes the white space behind it along
  bool normalized = true;    ///< looked for, in normalized form, after normalization rather than before
  bool special = false;      ///< left out when decoding without special tokens
};

/// All added tokens of a tokenizer. Immutable; safe to share between threads.
class AddedTokens {
 public:
  /// A part of a text: an added token, or what lies between two.
  struct Part {
    Piece piece;
    std::optional<std::int64_t> id;
  };

  AddedTokens() = default;
  /// Tokens that the model's vocabulary lacks get the ids that follow it. `normalizer` may be null.
  /// Errors: input_file when two tokens look the same once normalized.
  AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& model, const Normalizer* normalizer,
              const std::string& file);

  /// Cuts out the tokens that are looked for before normalization, or those that are after. Empty parts are
  /// left out.
  std::vector<Part> split_raw(const Piece& piece) const { return split(piece, raw_); }
  std::vector<Part> split_normalized(const Piece& piece) const { return split(piece, normalized_); }

  std::optional<std::int64_t> id(std::string_view content) const;
  /// What stands for an added token when decoding: its normalized form if it is looked for in that form. Null
  /// for other ids.
  const std::string* text(std::int64_t id) const;
  bool is_special(std::string_view content) const { return specials_.count(std::string(content)) > 0; }
  std::int64_t id_limit() const { return id_limit_; }

 private:
  struct Entry {
    AddedToken token;
    std::string text;
  };

  void add(AddedToken token, std::int64_t id, const Normalizer* normalizer);
  void build_tries(const std::string& file);
  std::vector<Part> split(const Piece& piece, const ByteTrie& trie) const;

  std::unordered_map<std::string, std::int64_t> ids_;
  std::unordered_map<std::int64_t, Entry> entries_;
  std::unordered_set<std::string> specials_;
  ByteTrie raw_;
  ByteTrie normalized_;
  std::int64_t id_limit_ = 0;
};

/// The array "added_tokens" of a tokenizer.json. Errors: input_file, naming the field.
std::vector<AddedToken> read_added_tokens(const JsonObject& tokenizer);

}  // namespace phasescope::text
