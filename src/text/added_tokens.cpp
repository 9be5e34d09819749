#include "phasescope/text/added_tokens.h"

#include <algorithm>
#include <set>
#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

bool is_word_character(char32_t code_point) {
  static const Regex word(R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])", "", "word characters");
  std::string text;
  append_utf8(text, code_point);
  return !word.find_all(text).empty();
}

bool touches_word(std::string_view text, const Span& span) {
  return (span.begin > 0 && is_word_character(code_point_before(text, span.begin))) ||
         (span.end < text.size() && is_word_character(code_point_at(text, span.end)));
}

std::size_t begin_with_whitespace(std::string_view text, std::size_t begin) {
  while (begin > 0 && is_whitespace(code_point_before(text, begin)))
    begin = character_begin_before(text, begin);
  return begin;
}

std::size_t end_with_whitespace(std::string_view text, std::size_t end) {
  while (end < text.size() && is_whitespace(code_point_at(text, end))) end += character_length(text[end]);
  return end;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& model,
                         const Normalizer* normalizer, const std::string& file) {
  std::int64_t next_id = model.size();
  for (AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    auto known = id(token.content);
    if (!known) known = model.id(token.content);
    const std::int64_t token_id = known ? *known : next_id++;
    add(std::move(token), token_id, normalizer);
  }
  build_tries(file);
}

void AddedTokens::add(AddedToken token, std::int64_t id, const Normalizer* normalizer) {
  Piece form = whole_input(token.content);
  if (token.normalized && normalizer != nullptr) normalizer->normalize(form);
  ids_[token.content] = id;
  if (token.special) specials_.insert(token.content);
  id_limit_ = std::max(id_limit_, id + 1);
  entries_[id] = {std::move(token), std::move(form.text)};
}

void AddedTokens::build_tries(const std::string& file) {
  std::vector<ByteTrie::Entry> raw;
  std::vector<ByteTrie::Entry> normalized;
  for (const auto& [id, entry] : entries_) {
    (entry.token.normalized ? normalized : raw).push_back({entry.text, id});
  }
  std::set<std::string_view> seen;
  for (const ByteTrie::Entry& entry : normalized) {
    if (entry.key.empty() || !seen.insert(entry.key).second) {
      throw_input_error(file, "added_tokens",
                        "\"" + entries_.at(entry.value).token.content + "\" becomes \"" +
                            std::string(entry.key) + "\" when normalized",
                        "a text of its own");
    }
  }
  raw_ = ByteTrie(std::move(raw));
  normalized_ = ByteTrie(std::move(normalized));
}

/// Matches are searched from left to right, the longest at the first possible place. White space that a token
/// takes along does not keep a later match from being found in it: that is how the reference counts.
std::vector<AddedTokens::Part> AddedTokens::split(const Piece& piece, const ByteTrie& trie) const {
  std::vector<Part> parts;
  const std::string_view text = piece.text;
  std::size_t end_of_parts = 0;
  for (std::size_t position = trie.empty() ? text.size() : 0; position < text.size();) {
    const auto match = trie.longest_prefix(text.substr(position));
    if (!match) {
      ++position;
      continue;
    }
    Span span{position, position + match->length};
    position = span.end;
    const AddedToken& token = entries_.at(match->value).token;
    if (token.single_word && touches_word(text, span)) continue;
    if (token.strip_left) {
      span.begin = std::max(begin_with_whitespace(text, span.begin), end_of_parts);
    }
    if (token.strip_right) span.end = end_with_whitespace(text, span.end);
    if (end_of_parts < span.begin) parts.push_back({slice(piece, {end_of_parts, span.begin}), {}});
    parts.push_back({Piece(), match->value});
    end_of_parts = span.end;
  }
  if (end_of_parts < text.size()) parts.push_back({slice(piece, {end_of_parts, text.size()}), {}});
  return parts;
}

std::optional<std::int64_t> AddedTokens::id(std::string_view content) const {
  const auto found = ids_.find(std::string(content));
  return found == ids_.end() ? std::nullopt : std::optional<std::int64_t>(found->second);
}

const std::string* AddedTokens::text(std::int64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.text;
}

std::vector<AddedToken> read_added_tokens(const JsonObject& tokenizer) {
  std::vector<AddedToken> tokens;
  if (!tokenizer.has("added_tokens")) return tokens;
  for (const Json& item : tokenizer.array("added_tokens")) {
    const JsonObject entry(item, tokenizer.file(), "added_tokens[" + std::to_string(tokens.size()) + "]");
    AddedToken token;
    token.content = entry.text("content");
    token.single_word = entry.boolean_or("single_word", false);
    token.strip_left = entry.boolean_or("lstrip", false);
    token.strip_right = entry.boolean_or("rstrip", false);
    token.special = entry.boolean_or("special", false);
    token.normalized = entry.boolean_or("normalized", !token.special);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace phasescope::text
