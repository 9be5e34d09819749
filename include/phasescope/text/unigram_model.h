#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "phasescope/text/byte_trie.h"
#include "phasescope/text/token_model.h"
#include "phasescope/text/word_cache.h"

namespace phasescope::text {

/// The unigram language model (Kudo 2018): of all ways to cut a piece into tokens, the one with the largest
/// sum of scores (log probabilities), by dynamic programming over its bytes. Characters without a token cost
/// the worst score less 10 and are unknown; neighbouring ones are taken together.
class UnigramModel : public TokenModel {
 public:
  struct Options {
    std::optional<std::int64_t> unknown_id;  ///< without one, an unknown character is an error
    bool byte_fallback = false;              ///< unknown text becomes tokens <0x00>...<0xFF>, if all exist
  };

  /// Tokens and scores by id. Errors: input_file for an unknown_id that is none, or a score that is not
  /// finite.
  UnigramModel(std::vector<std::pair<std::string, double>> tokens, const Options& options,
               const std::string& file);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  /// Errors: input_file when a character is unknown and the file names no unknown token.
  void tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const override;

 private:
  /// The best way to reach a byte of the piece: by this token, from that byte.
  struct Step {
    std::int64_t token = 0;
    double score = 0;
    std::optional<std::size_t> begin;
  };

  std::vector<Step> best_steps(std::string_view piece) const;
  void extend(std::string_view piece, std::size_t begin, std::vector<Step>& steps) const;
  std::vector<std::string_view> best_segments(std::string_view piece) const;
  void append_ids(std::string_view segment, std::vector<std::int64_t>& ids) const;
  bool append_byte_tokens(std::string_view segment, std::vector<std::int64_t>& ids) const;
  std::int64_t required_unknown_id() const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;  // by id
  double unknown_score_ = 0;
  ByteTrie trie_;
  Options options_;
  std::string file_;
  WordCache cache_;
};

}  // namespace phasescope::text
