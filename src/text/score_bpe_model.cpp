#include "phasescope/text/score_bpe_model.h"

#include <utility>

#include "phasescope/text/byte_fallback.h"
#include "phasescope/text/pair_merging.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

/// A symbol is a stretch of the piece itself, so two neighbours join without copying.
struct ScoredMerger {
  struct Candidate {
    std::string_view text;
    float score;
    bool operator<(const Candidate& other) const { return score > other.score; }
    bool merges_to(const Candidate& other) const { return text.size() == other.text.size(); }
    std::string_view merged() const { return text; }
  };

  const Vocabulary& vocabulary;
  const std::vector<float>& scores;

  std::optional<Candidate> candidate(std::string_view left, std::string_view right) const {
    const std::string_view joined(left.data(), left.size() + right.size());
    const auto id = vocabulary.id(joined);
    if (!id) return std::nullopt;
    return Candidate{joined, scores[static_cast<std::size_t>(*id)]};
  }
};

std::vector<std::string_view> characters_of(std::string_view piece) {
  std::vector<std::string_view> characters;
  for (std::size_t begin = 0; begin < piece.size();) {
    const std::size_t length = character_length(piece[begin]);
    characters.push_back(piece.substr(begin, length));
    begin += length;
  }
  return characters;
}

}  // namespace

ScoreBpeModel::ScoreBpeModel(Vocabulary vocabulary, std::vector<float> scores,
                             std::optional<std::int64_t> unknown_id)
    : vocabulary_(std::move(vocabulary)), scores_(std::move(scores)), unknown_id_(unknown_id) {
  for (unsigned byte = 0; byte < 256; ++byte) byte_ids_.push_back(vocabulary_.id(byte_token(byte)));
}

void ScoreBpeModel::append_symbol(std::string_view symbol, std::vector<std::int64_t>& ids) const {
  if (const auto id = vocabulary_.id(symbol)) {
    ids.push_back(*id);
    return;
  }
  for (const char byte : symbol) {
    const auto id = byte_ids_[static_cast<unsigned char>(byte)];
    if (id || unknown_id_) ids.push_back(id ? *id : *unknown_id_);
  }
}

void ScoreBpeModel::tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const {
  if (cache_.find(piece, ids)) return;
  const std::size_t first = ids.size();
  const ScoredMerger merger{vocabulary_, scores_};
  for (const std::string_view symbol :
       PairMerging<std::string_view, ScoredMerger>(characters_of(piece), merger).run()) {
    append_symbol(symbol, ids);
  }
  cache_.remember(piece, ids, first);
}

}  // namespace phasescope::text
