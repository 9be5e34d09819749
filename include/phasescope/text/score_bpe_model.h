#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/text/token_model.h"
#include "phasescope/text/word_cache.h"

namespace phasescope::text {

/// Sentencepiece's byte-pair encoding (Kudo and Richardson 2018): there are no listed merges; two neighbours
/// merge when their joined text is a token, the token with the best score first, leftmost first. Characters
/// that are no token become byte tokens <0x00>...<0xFF>, or the unknown token where those are missing.
class ScoreBpeModel : public TokenModel {
 public:
  /// scores: by id, as many as the vocabulary has ids.
  ScoreBpeModel(Vocabulary vocabulary, std::vector<float> scores, std::optional<std::int64_t> unknown_id);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const override;

 private:
  void append_symbol(std::string_view symbol, std::vector<std::int64_t>& ids) const;

  Vocabulary vocabulary_;
  std::vector<float> scores_;
  std::optional<std::int64_t> unknown_id_;
  std::vector<std::optional<std::int64_t>> byte_ids_;  // by byte
  WordCache cache_;
};

}  // namespace phasescope::text
