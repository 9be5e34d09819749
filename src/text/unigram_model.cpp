#include "phasescope/text/unigram_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "phasescope/base/error.h"
#include "phasescope/text/byte_fallback.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

/// What an unknown character costs beyond the worst token, as in sentencepiece.
constexpr double unknown_penalty = 10.0;

std::vector<double> take_scores(const std::vector<std::pair<std::string, double>>& tokens,
                                const std::string& file) {
  std::vector<double> scores;
  for (const auto& [text, score] : tokens) {
    if (!std::isfinite(score))
      throw_input_error(file, "model.vocab", "the score of \"" + text + "\" is not finite");
    scores.push_back(score);
  }
  return scores;
}

Vocabulary number_tokens(std::vector<std::pair<std::string, double>> tokens, const std::string& file) {
  std::vector<std::pair<std::string, std::int64_t>> entries;
  entries.reserve(tokens.size());
  for (auto& token : tokens) {
    entries.emplace_back(std::move(token.first), static_cast<std::int64_t>(entries.size()));
  }
  return Vocabulary(std::move(entries), file, "model.vocab");
}

ByteTrie trie_of(const Vocabulary& vocabulary) {
  std::vector<ByteTrie::Entry> entries;
  for (std::int64_t id = 0; id < vocabulary.id_limit(); ++id) entries.push_back({*vocabulary.token(id), id});
  return ByteTrie(std::move(entries));
}

}  // namespace

UnigramModel::UnigramModel(std::vector<std::pair<std::string, double>> tokens, const Options& options,
                           const std::string& file)
    : scores_(take_scores(tokens, file)), options_(options), file_(file) {
  const auto count = static_cast<std::int64_t>(tokens.size());
  if (options.unknown_id && (*options.unknown_id < 0 || *options.unknown_id >= count)) {
    throw_input_error(file, "model.unk_id", "found " + std::to_string(*options.unknown_id),
                      "an id below " + std::to_string(count));
  }
  vocabulary_ = number_tokens(std::move(tokens), file);
  trie_ = trie_of(vocabulary_);
  const auto worst = std::min_element(scores_.begin(), scores_.end());
  unknown_score_ = (worst == scores_.end() ? 0.0 : *worst) - unknown_penalty;
}

std::int64_t UnigramModel::required_unknown_id() const {
  if (!options_.unknown_id)
    throw_input_error(file_, "model.unk_id", "missing, but a text has an unknown character");
  return *options_.unknown_id;
}

/// Tries every token that begins at `begin`, and the unknown token if no token is exactly the next character.
void UnigramModel::extend(std::string_view piece, std::size_t begin, std::vector<Step>& steps) const {
  const double score_here = steps[begin].score;
  const auto offer = [&](std::size_t length, std::int64_t token, double score) {
    Step& target = steps[begin + length];
    if (!target.begin || score + score_here > target.score) target = {token, score + score_here, begin};
  };
  const std::size_t character = character_length(piece[begin]);
  bool character_known = false;
  trie_.for_each_prefix(piece.substr(begin), [&](std::size_t length, std::int64_t token) {
    offer(length, token, scores_[static_cast<std::size_t>(token)]);
    character_known = character_known || length == character;
  });
  if (!character_known) offer(character, required_unknown_id(), unknown_score_);
}

std::vector<UnigramModel::Step> UnigramModel::best_steps(std::string_view piece) const {
  std::vector<Step> steps(piece.size() + 1);
  for (std::size_t begin = 0; begin < piece.size(); begin += character_length(piece[begin])) {
    extend(piece, begin, steps);
  }
  return steps;
}

std::vector<std::string_view> UnigramModel::best_segments(std::string_view piece) const {
  const std::vector<Step> steps = best_steps(piece);
  std::vector<std::string_view> segments;
  bool next_is_unknown = false;
  for (std::size_t end = piece.size(); end > 0; end = *steps[end].begin) {
    const std::size_t begin = *steps[end].begin;
    const bool is_unknown = options_.unknown_id && steps[end].token == *options_.unknown_id;
    if (is_unknown && next_is_unknown) {
      segments.back() = piece.substr(begin, end - begin + segments.back().size());
    } else {
      segments.push_back(piece.substr(begin, end - begin));
    }
    next_is_unknown = is_unknown;
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

/// False, and nothing appended, when a byte has no token.
bool UnigramModel::append_byte_tokens(std::string_view segment, std::vector<std::int64_t>& ids) const {
  std::vector<std::int64_t> byte_ids;
  for (const char byte : segment) {
    const auto id = vocabulary_.id(byte_token(static_cast<unsigned char>(byte)));
    if (!id) return false;
    byte_ids.push_back(*id);
  }
  ids.insert(ids.end(), byte_ids.begin(), byte_ids.end());
  return true;
}

void UnigramModel::append_ids(std::string_view segment, std::vector<std::int64_t>& ids) const {
  if (const auto id = vocabulary_.id(segment)) {
    ids.push_back(*id);
  } else if (!options_.byte_fallback || !append_byte_tokens(segment, ids)) {
    ids.push_back(required_unknown_id());
  }
}

void UnigramModel::tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const {
  if (cache_.find(piece, ids)) return;
  const std::size_t first = ids.size();
  for (const std::string_view segment : best_segments(piece)) append_ids(segment, ids);
  cache_.remember(piece, ids, first);
}

}  // namespace phasescope::text
