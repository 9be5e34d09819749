#include "phasescope/text/bpe_model.h"

#include "phasescope/base/error.h"
#include "phasescope/text/byte_fallback.h"
#include "phasescope/text/pair_merging.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

/// Merges by rank. A candidate that became stale still counts if its two symbols would now make the same
/// token.
struct RankedMerger {
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t token;
    bool operator<(const Candidate& other) const { return rank < other.rank; }
    bool merges_to(const Candidate& other) const { return token == other.token; }
    std::uint32_t merged() const { return token; }
  };

  const MergeTable& table;

  std::optional<Candidate> candidate(std::uint32_t left, std::uint32_t right) const {
    const MergeTable::Merge* merge = table.find(left, right);
    if (merge == nullptr) return std::nullopt;
    return Candidate{merge->rank, merge->token};
  }
};

}  // namespace

BpeModel::BpeModel(Vocabulary vocabulary, const MergePairs& merges, Options options, const std::string& file,
                   const std::string& field)
    : vocabulary_(std::move(vocabulary)), merges_(merges.size()), options_(std::move(options)), file_(file) {
  std::uint32_t rank = 0;
  for (const auto& [left, right] : merges) add_merge(left, right, rank++, file, field);
  if (options_.unknown_token) unknown_id_ = vocabulary_.id(*options_.unknown_token);
  for (unsigned byte = 0; byte < 256; ++byte) byte_ids_[byte] = vocabulary_.id(byte_token(byte));
  fill_single_character_ids();
}

void BpeModel::add_merge(const std::string& left, const std::string& right, std::uint32_t rank,
                         const std::string& file, const std::string& field) {
  const auto required = [&](const std::string& token) {
    const auto id = vocabulary_.id(token);
    if (id) return static_cast<std::uint32_t>(*id);
    throw_input_error(file, field + ".merges[" + std::to_string(rank) + "]",
                      "\"" + token + "\" is no token of the vocabulary");
  };
  const std::size_t prefix = options_.continuing_subword_prefix.size();
  if (right.size() < prefix) {
    throw_input_error(file, field + ".merges[" + std::to_string(rank) + "]",
                      "\"" + right + "\" lacks the prefix of continuing subwords");
  }
  const std::uint32_t left_id = required(left);
  const std::uint32_t right_id = required(right);
  merges_.insert(left_id, right_id, {rank, required(left + right.substr(prefix))});
}

/// Most words of byte-level models consist of these characters; a table saves hashing them.
void BpeModel::fill_single_character_ids() {
  for (char32_t character = 0; character < single_character_ids_.size(); ++character) {
    std::string text;
    append_utf8(text, character);
    single_character_ids_[character] = vocabulary_.id(text).value_or(-1);
  }
}

std::optional<std::int64_t> BpeModel::character_id(std::string_view piece, std::size_t begin,
                                                   std::size_t length) const {
  const bool has_prefix = begin > 0 && !options_.continuing_subword_prefix.empty();
  const bool has_suffix = begin + length == piece.size() && !options_.end_of_word_suffix.empty();
  const std::string_view character = piece.substr(begin, length);
  if (!has_prefix && !has_suffix) {
    const char32_t code_point = code_point_at(piece, begin);
    if (code_point >= single_character_ids_.size()) return vocabulary_.id(character);
    const std::int64_t id = single_character_ids_[code_point];
    return id < 0 ? std::nullopt : std::optional<std::int64_t>(id);
  }
  std::string text = has_prefix ? options_.continuing_subword_prefix : std::string();
  text += character;
  if (has_suffix) text += options_.end_of_word_suffix;
  return vocabulary_.id(text);
}

/// False, and nothing appended, when a byte has no token.
bool BpeModel::append_byte_tokens(std::string_view character, std::vector<std::uint32_t>& symbols) const {
  for (const char byte : character) {
    if (!byte_ids_[static_cast<unsigned char>(byte)]) return false;
  }
  for (const char byte : character) {
    symbols.push_back(static_cast<std::uint32_t>(*byte_ids_[static_cast<unsigned char>(byte)]));
  }
  return true;
}

void BpeModel::require_unknown_id() const {
  if (!unknown_id_) {
    throw_input_error(file_, "model.unk_token",
                      "\"" + *options_.unknown_token + "\" is no token of the vocabulary");
  }
}

std::vector<std::uint32_t> BpeModel::characters_of(std::string_view piece) const {
  std::vector<std::uint32_t> symbols;
  symbols.reserve(piece.size());
  // An unknown token waits for a known character or the end of the word, so that its neighbours can join it.
  bool unknown_waits = false;
  const auto flush_unknown = [&] {
    if (unknown_waits) symbols.push_back(static_cast<std::uint32_t>(*unknown_id_));
    unknown_waits = false;
  };
  for (std::size_t begin = 0; begin < piece.size();) {
    const std::size_t length = character_length(piece[begin]);
    if (const auto id = character_id(piece, begin, length)) {
      flush_unknown();
      symbols.push_back(static_cast<std::uint32_t>(*id));
    } else if (options_.byte_fallback && append_byte_tokens(piece.substr(begin, length), symbols)) {
    } else if (options_.unknown_token) {
      require_unknown_id();
      if (!options_.fuse_unknown) flush_unknown();
      unknown_waits = true;
    }
    begin += length;
  }
  flush_unknown();
  return symbols;
}

void BpeModel::tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const {
  if (options_.ignore_merges) {
    if (const auto id = vocabulary_.id(piece)) {
      ids.push_back(*id);
      return;
    }
  }
  if (cache_.find(piece, ids)) return;
  const std::size_t first = ids.size();
  const RankedMerger merger{merges_};
  for (const std::uint32_t id :
       PairMerging<std::uint32_t, RankedMerger>(characters_of(piece), merger).run()) {
    ids.push_back(id);
  }
  cache_.remember(piece, ids, first);
}

}  // namespace phasescope::text
