#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/text/token_model.h"

namespace phasescope::text {

/// WordPiece (Schuster and Nakajima 2012, as in BERT): the longest token from the left, again and again; a
/// word that cannot be covered is one unknown token.
class WordPieceModel : public TokenModel {
 public:
  struct Options {
    std::string unknown_token = "[UNK]";
    std::string continuing_subword_prefix = "##";
    std::size_t max_characters = 100;  ///< longer words are unknown
  };

  /// Errors: input_file when the unknown token is no token.
  WordPieceModel(Vocabulary vocabulary, Options options, const std::string& file);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const override;

 private:
  struct Match {
    std::int64_t id;
    std::size_t length;  // bytes of the word
  };
  std::optional<Match> longest_token(std::string_view word, std::size_t begin) const;

  Vocabulary vocabulary_;
  Options options_;
  std::int64_t unknown_id_;
};

}  // namespace phasescope::text
