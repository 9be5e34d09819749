#include "phasescope/text/normalizer.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/text/byte_alphabet.h"

namespace phasescope::text {
namespace {

/// Rewrites a piece character by character: append(output, code point) writes what becomes of one.
template <typename Append>
void map_characters(Piece& piece, Append&& append) {
  std::string output;
  output.reserve(piece.text.size());
  std::size_t origin = 0;
  for_each_character(piece.text, [&](char32_t code_point, std::size_t position, std::size_t) {
    append(output, code_point);
    if (position < piece.origin_bytes) origin = output.size();
  });
  piece = {std::move(output), origin};
}

bool is_ideograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

void append_clean(std::string& output, char32_t c) {
  const bool is_layout = c == '\t' || c == '\n' || c == '\r';
  if (c == 0 || c == 0xFFFD || (!is_layout && is_control(c))) return;
  append_utf8(output, is_layout || is_whitespace(c) ? U' ' : c);
}

void append_spaced(std::string& output, char32_t c) {
  if (is_ideograph(c)) output += ' ';
  append_utf8(output, c);
  if (is_ideograph(c)) output += ' ';
}

std::size_t leading_whitespace(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size() && is_whitespace(code_point_at(text, position))) {
    position += character_length(text[position]);
  }
  return position;
}

std::size_t end_without_whitespace(std::string_view text, std::size_t begin) {
  std::size_t end = text.size();
  while (end > begin && is_whitespace(code_point_before(text, end))) end = character_begin_before(text, end);
  return end;
}

/// Bytes of the first `characters` characters.
std::size_t prefix_bytes(std::string_view text, std::size_t characters) {
  std::size_t position = 0;
  for (; characters > 0 && position < text.size(); --characters) position += character_length(text[position]);
  return position;
}

}  // namespace

void UnicodeNormalizer::normalize(Piece& piece) const {
  const bool composes = form_ == NormalizationForm::nfc || form_ == NormalizationForm::nfkc;
  const std::size_t characters =
      composes ? 1 : character_count(normalize_unicode(piece.text.substr(0, piece.origin_bytes), form_));
  piece.text = normalize_unicode(piece.text, form_);
  if (piece.origin_bytes > 0) piece.origin_bytes = prefix_bytes(piece.text, characters);
}

void LowercaseNormalizer::normalize(Piece& piece) const {
  map_characters(piece, append_lowercase);
}

void StripNormalizer::normalize(Piece& piece) const {
  const std::size_t begin = left_ ? leading_whitespace(piece.text) : 0;
  const std::size_t end = right_ ? end_without_whitespace(piece.text, begin) : piece.text.size();
  piece = slice(piece, {begin, end});
}

void StripAccentsNormalizer::normalize(Piece& piece) const {
  map_characters(piece, [](std::string& output, char32_t code_point) {
    if (!is_mark(code_point)) append_utf8(output, code_point);
  });
}

void ReplaceNormalizer::normalize(Piece& piece) const {
  const std::vector<Span> matches = pattern_.find_all(piece.text);
  if (matches.empty()) return;
  Piece result;
  for (const Stretch& stretch : cover(piece.text.size(), matches)) {
    result.text += stretch.matched ? std::string_view(content_) : part_of(piece.text, stretch.span);
    // A replacement belongs where the last character that it replaces was.
    if (stretch.span.end <= piece.origin_bytes) {
      result.origin_bytes = result.text.size();
    } else if (!stretch.matched && stretch.span.begin < piece.origin_bytes) {
      result.origin_bytes = result.text.size() - (stretch.span.end - piece.origin_bytes);
    }
  }
  piece = std::move(result);
}

void ByteLevelNormalizer::normalize(Piece& piece) const {
  Piece result;
  append_byte_characters(result.text, std::string_view(piece.text).substr(0, piece.origin_bytes));
  result.origin_bytes = result.text.size();
  append_byte_characters(result.text, std::string_view(piece.text).substr(piece.origin_bytes));
  piece = std::move(result);
}

void BertNormalizer::normalize(Piece& piece) const {
  if (options_.clean_text) map_characters(piece, append_clean);
  if (options_.space_ideographs) map_characters(piece, append_spaced);
  if (options_.strip_accents) {
    UnicodeNormalizer(NormalizationForm::nfd).normalize(piece);
    map_characters(piece, [](std::string& output, char32_t code_point) {
      if (!is_nonspacing_mark(code_point)) append_utf8(output, code_point);
    });
  }
  if (options_.lowercase) map_characters(piece, append_lowercase);
}

Regex read_pattern(const JsonObject& owner, const std::string& key) {
  const JsonObject pattern = owner.object(key);
  if (pattern.has("Regex")) return Regex(pattern.text("Regex"), owner.file(), pattern.field("Regex"));
  if (pattern.has("String")) {
    return Regex(escape_regex(pattern.text("String")), owner.file(), pattern.field("String"));
  }
  owner.fail(key, "holds neither", "\"String\" or \"Regex\"");
}

namespace {

std::unique_ptr<Normalizer> read_bert_normalizer(const JsonObject& description) {
  BertNormalizer::Options options;
  options.clean_text = description.boolean_or("clean_text", true);
  options.space_ideographs = description.boolean_or("handle_chinese_chars", true);
  options.lowercase = description.boolean_or("lowercase", true);
  options.strip_accents = description.boolean_or("strip_accents", options.lowercase);
  return std::make_unique<BertNormalizer>(options);
}

std::unique_ptr<Normalizer> read_normalizer_sequence(const JsonObject& description) {
  std::vector<std::unique_ptr<Normalizer>> steps;
  std::size_t index = 0;
  for (const Json& step : description.array("normalizers")) {
    const std::string field = description.field("normalizers") + "[" + std::to_string(index++) + "]";
    steps.push_back(read_normalizer(JsonObject(step, description.file(), field)));
  }
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

std::unique_ptr<Normalizer> unicode_normalizer(NormalizationForm form) {
  return std::make_unique<UnicodeNormalizer>(form);
}

}  // namespace

std::unique_ptr<Normalizer> read_normalizer(const JsonObject& description) {
  const std::string type = description.text("type");
  if (type == "NFC") return unicode_normalizer(NormalizationForm::nfc);
  if (type == "NFD") return unicode_normalizer(NormalizationForm::nfd);
  if (type == "NFKC") return unicode_normalizer(NormalizationForm::nfkc);
  if (type == "NFKD") return unicode_normalizer(NormalizationForm::nfkd);
  if (type == "Lowercase") return std::make_unique<LowercaseNormalizer>();
  if (type == "StripAccents") return std::make_unique<StripAccentsNormalizer>();
  if (type == "ByteLevel") return std::make_unique<ByteLevelNormalizer>();
  if (type == "Prepend") return std::make_unique<PrependNormalizer>(description.text("prepend"));
  if (type == "BertNormalizer") return read_bert_normalizer(description);
  if (type == "Sequence") return read_normalizer_sequence(description);
  if (type == "Strip") {
    return std::make_unique<StripNormalizer>(description.boolean_or("strip_left", true),
                                             description.boolean_or("strip_right", true));
  }
  if (type == "Replace") {
    return std::make_unique<ReplaceNormalizer>(read_pattern(description, "pattern"),
                                               description.text("content"));
  }
  description.fail("type", "normalizer \"" + type + "\" is not supported");
}

}  // namespace phasescope::text
