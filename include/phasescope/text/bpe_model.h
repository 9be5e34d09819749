#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/text/merge_table.h"
#include "phasescope/text/token_model.h"
#include "phasescope/text/word_cache.h"

namespace phasescope::text {

/// Byte-pair encoding with ranked merges (Sennrich, Haddow and Birch 2016): a word begins as its characters;
/// the pair of neighbours with the lowest rank, leftmost first, is merged until no pair can be.
class BpeModel : public TokenModel {
 public:
  struct Options {
    std::optional<std::string> unknown_token;  ///< without one, unknown characters vanish
    std::string continuing_subword_prefix;     ///< of every character of a word but the first
    std::string end_of_word_suffix;            ///< of the last character of a word
    bool fuse_unknown = false;                 ///< neighbouring unknown characters become one token
    bool byte_fallback = false;                ///< unknown characters become tokens <0x00>...<0xFF>
    bool ignore_merges = false;                ///< a word that is a token is that token
  };
  using MergePairs = std::vector<std::pair<std::string, std::string>>;

  /// Merges in order of rank. Errors: input_file, naming the field below `field`, when a merge joins or makes
  /// what is no token. A missing unknown token is an
  /// error only when a text needs it.
  BpeModel(Vocabulary vocabulary, const MergePairs& merges, Options options, const std::string& file,
           const std::string& field);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const override;

 private:
  void add_merge(const std::string& left, const std::string& right, std::uint32_t rank,
                 const std::string& file, const std::string& field);
  void require_unknown_id() const;
  void fill_single_character_ids();
  std::optional<std::int64_t> character_id(std::string_view piece, std::size_t begin,
                                           std::size_t length) const;
  bool append_byte_tokens(std::string_view character, std::vector<std::uint32_t>& symbols) const;
  std::vector<std::uint32_t> characters_of(std::string_view piece) const;

  Vocabulary vocabulary_;
  MergeTable merges_;
  Options options_;
  std::string file_;
  std::optional<std::int64_t> unknown_id_;
  std::array<std::optional<std::int64_t>, 256> byte_ids_;
  std::array<std::int64_t, 0x250> single_character_ids_;  // of the first code points; -1: no token
  WordCache cache_;
};

}  // namespace phasescope::text
