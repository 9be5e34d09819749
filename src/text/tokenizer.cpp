#include "phasescope/text/tokenizer.h"

#include <algorithm>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/text/tokenizer_parts.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

void encode_piece(const TokenizerParts& parts, Piece piece, std::vector<std::int64_t>& ids) {
  std::vector<Piece> pieces;
  if (parts.pre_tokenizer) {
    parts.pre_tokenizer->cut(std::move(piece), pieces);
  } else {
    pieces.push_back(std::move(piece));
  }
  for (const Piece& part : pieces) parts.model->tokenize(part.text, ids);
}

void encode_between_raw_tokens(const TokenizerParts& parts, Piece piece, std::vector<std::int64_t>& ids) {
  if (parts.normalizer) parts.normalizer->normalize(piece);
  for (AddedTokens::Part& part : parts.added_tokens.split_normalized(piece)) {
    if (part.id) {
      ids.push_back(*part.id);
    } else {
      encode_piece(parts, std::move(part.piece), ids);
    }
  }
}

std::string joined(const std::vector<std::string>& tokens, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) text += separator;
    text += tokens[i];
  }
  return text;
}

}  // namespace

Tokenizer::Tokenizer(TokenizerParts parts) : parts_(std::make_unique<TokenizerParts>(std::move(parts))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

void Tokenizer::encode_text(std::string_view text, std::vector<std::int64_t>& ids) const {
  for (AddedTokens::Part& part : parts_->added_tokens.split_raw(whole_input(text))) {
    if (part.id) {
      ids.push_back(*part.id);
    } else {
      encode_between_raw_tokens(*parts_, std::move(part.piece), ids);
    }
  }
}

std::vector<std::int64_t> Tokenizer::encode(std::string_view text, bool add_special_tokens) const {
  if (const auto invalid = first_invalid_utf8_byte(text)) {
    throw_input_error("", "text", "is no valid UTF-8", {}, at_byte(*invalid));
  }
  std::vector<std::int64_t> ids;
  const PostProcessor& specials = parts_->post_processor;
  if (add_special_tokens) ids = specials.before;
  encode_text(text, ids);
  if (add_special_tokens) ids.insert(ids.end(), specials.behind.begin(), specials.behind.end());
  return ids;
}

const std::string* Tokenizer::find_text(std::int64_t id) const {
  const std::string* added = parts_->added_tokens.text(id);
  return added != nullptr ? added : parts_->model->vocabulary().token(id);
}

std::string Tokenizer::decode(const std::vector<std::int64_t>& ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  for (const std::int64_t id : ids) {
    const std::string* text = find_text(id);
    if (text == nullptr || (skip_special_tokens && parts_->added_tokens.is_special(*text))) continue;
    tokens.push_back(*text);
  }
  if (!parts_->decoder) return joined(tokens, " ");
  parts_->decoder->decode(tokens);
  return joined(tokens, "");
}

std::string Tokenizer::token_text(std::int64_t id) const {
  const std::string* text = find_text(id);
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> Tokenizer::token_id(std::string_view token) const {
  const auto added = parts_->added_tokens.id(token);
  return added ? added : parts_->model->vocabulary().id(token);
}

bool Tokenizer::is_special(std::int64_t id) const {
  const std::string* text = find_text(id);
  return text != nullptr && parts_->added_tokens.is_special(*text);
}

std::int64_t Tokenizer::vocabulary_size() const {
  return std::max(parts_->model->vocabulary().id_limit(), parts_->added_tokens.id_limit());
}

}  // namespace phasescope::text
