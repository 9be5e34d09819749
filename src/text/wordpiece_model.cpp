#include "phasescope/text/wordpiece_model.h"

#include <optional>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {

WordPieceModel::WordPieceModel(Vocabulary vocabulary, Options options, const std::string& file)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
  const auto id = vocabulary_.id(options_.unknown_token);
  if (!id) {
    throw_input_error(file, "model.unk_token",
                      "\"" + options_.unknown_token + "\" is no token of the vocabulary");
  }
  unknown_id_ = *id;
}

std::optional<WordPieceModel::Match> WordPieceModel::longest_token(std::string_view word,
                                                                   std::size_t begin) const {
  std::string candidate = begin > 0 ? options_.continuing_subword_prefix : std::string();
  const std::size_t prefix = candidate.size();
  candidate += word.substr(begin);
  while (candidate.size() > prefix) {
    if (const auto id = vocabulary_.id(candidate)) return Match{*id, candidate.size() - prefix};
    candidate.resize(character_begin_before(candidate, candidate.size()));
  }
  return std::nullopt;
}

void WordPieceModel::tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const {
  const std::size_t first = ids.size();
  bool covered = character_count(piece) <= options_.max_characters;
  for (std::size_t begin = 0; covered && begin < piece.size();) {
    const auto match = longest_token(piece, begin);
    covered = match.has_value();
    if (!covered) break;
    ids.push_back(match->id);
    begin += match->length;
  }
  if (!covered) {
    ids.resize(first);
    ids.push_back(unknown_id_);
  }
}

}  // namespace phasescope::text
