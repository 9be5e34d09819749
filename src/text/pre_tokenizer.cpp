#include "phasescope/text/pre_tokenizer.h"

#include <utility>

#include "phasescope/text/affix.h"
#include "phasescope/text/byte_alphabet.h"
#include "phasescope/text/normalizer.h"

namespace phasescope::text {
namespace {

constexpr char gpt2_pattern[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

void write_as_byte_characters(Piece& piece) {
  std::string text;
  text.reserve(piece.text.size());
  append_byte_characters(text, piece.text);
  if (piece.origin_bytes > 0) piece.origin_bytes = text.size();
  piece.text = std::move(text);
}

void replace_spaces(Piece& piece, const std::string& mark) {
  Piece result;
  for (std::size_t position = 0; position < piece.text.size(); ++position) {
    if (piece.text[position] == ' ') {
      result.text += mark;
    } else {
      result.text += piece.text[position];
    }
    if (position < piece.origin_bytes) result.origin_bytes = result.text.size();
  }
  piece = std::move(result);
}

std::vector<Span> occurrences(const std::string& text, const std::string& wanted) {
  std::vector<Span> found;
  for (auto begin = text.find(wanted); begin != std::string::npos; begin = text.find(wanted, begin)) {
    found.push_back({begin, begin + wanted.size()});
    begin += wanted.size();
  }
  return found;
}

}  // namespace

void SplitPreTokenizer::cut(Piece piece, std::vector<Piece>& pieces) const {
  std::vector<Stretch> stretches = cover(piece.text.size(), pattern_.find_all(piece.text));
  if (invert_) {
    for (Stretch& stretch : stretches) stretch.matched = !stretch.matched;
  }
  append_split(piece, stretches, behavior_, pieces);
}

ByteLevelPreTokenizer::ByteLevelPreTokenizer(bool add_prefix_space, bool use_pattern)
    : add_prefix_space_(add_prefix_space) {
  if (use_pattern) pattern_ = std::make_unique<Regex>(gpt2_pattern, "", "GPT-2's pattern");
}

void ByteLevelPreTokenizer::cut(Piece piece, std::vector<Piece>& pieces) const {
  if (add_prefix_space_ && !begins_with(piece.text, " ")) prepend(piece, " ");
  std::size_t next = pieces.size();
  if (pattern_) {
    append_split(piece, cover(piece.text.size(), pattern_->find_all(piece.text)), SplitBehavior::isolated,
                 pieces);
  } else {
    pieces.push_back(std::move(piece));
  }
  for (; next < pieces.size(); ++next) write_as_byte_characters(pieces[next]);
}

void MetaspacePreTokenizer::cut(Piece piece, std::vector<Piece>& pieces) const {
  replace_spaces(piece, mark_);
  const bool applies = scheme_ == Prepend::always || (scheme_ == Prepend::first && piece.origin_bytes > 0);
  if (applies && !begins_with(piece.text, mark_)) prepend(piece, mark_);
  if (!split_) {
    pieces.push_back(std::move(piece));
    return;
  }
  append_split(piece, cover(piece.text.size(), occurrences(piece.text, mark_)),
               SplitBehavior::merged_with_next, pieces);
}

void CharacterPreTokenizer::cut(Piece piece, std::vector<Piece>& pieces) const {
  append_split(piece, cover_characters(piece.text, predicate_), behavior_, pieces);
}

void PreTokenizerSequence::cut(Piece piece, std::vector<Piece>& pieces) const {
  std::vector<Piece> current;
  current.push_back(std::move(piece));
  for (const auto& step : steps_) {
    std::vector<Piece> next;
    next.reserve(current.size());
    for (Piece& part : current) step->cut(std::move(part), next);
    current = std::move(next);
  }
  for (Piece& part : current) pieces.push_back(std::move(part));
}

namespace {

SplitBehavior read_behavior(const JsonObject& description, const std::string& fallback) {
  const std::string name = description.text_or("behavior", fallback);
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  description.fail("behavior", "found \"" + name + "\"",
                   "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
}

MetaspacePreTokenizer::Prepend read_prepend_scheme(const JsonObject& description) {
  const std::string scheme = description.text_or(
      "prepend_scheme", description.boolean_or("add_prefix_space", true) ? "always" : "never");
  if (scheme == "always") return MetaspacePreTokenizer::Prepend::always;
  if (scheme == "first") return MetaspacePreTokenizer::Prepend::first;
  if (scheme == "never") return MetaspacePreTokenizer::Prepend::never;
  description.fail("prepend_scheme", "found \"" + scheme + "\"", "always, first or never");
}

std::unique_ptr<PreTokenizer> read_pre_tokenizer_sequence(const JsonObject& description) {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  std::size_t index = 0;
  for (const Json& step : description.array("pretokenizers")) {
    const std::string field = description.field("pretokenizers") + "[" + std::to_string(index++) + "]";
    steps.push_back(read_pre_tokenizer(JsonObject(step, description.file(), field)));
  }
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

std::unique_ptr<PreTokenizer> characters(CharacterPreTokenizer::Predicate predicate, SplitBehavior behavior) {
  return std::make_unique<CharacterPreTokenizer>(predicate, behavior);
}

std::unique_ptr<PreTokenizer> bert_pre_tokenizer() {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  steps.push_back(characters(is_whitespace, SplitBehavior::removed));
  steps.push_back(characters(is_punctuation, SplitBehavior::isolated));
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

/// Runs of word characters and runs of what is neither word nor space; \w as the Unicode regular expression
/// guidelines (UTS #18) define it.
std::unique_ptr<PreTokenizer> whitespace_pre_tokenizer(const JsonObject& description) {
  constexpr char word[] = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control})";
  const std::string pattern = std::string("[") + word + "]+|[^" + word + "\\s]+";
  return std::make_unique<SplitPreTokenizer>(Regex(pattern, description.file(), description.field("type")),
                                             SplitBehavior::removed, true);
}

}  // namespace

std::unique_ptr<PreTokenizer> read_pre_tokenizer(const JsonObject& description) {
  const std::string type = description.text("type");
  if (type == "Sequence") return read_pre_tokenizer_sequence(description);
  if (type == "ByteLevel") {
    return std::make_unique<ByteLevelPreTokenizer>(description.boolean_or("add_prefix_space", true),
                                                   description.boolean_or("use_regex", true));
  }
  if (type == "Split") {
    return std::make_unique<SplitPreTokenizer>(read_pattern(description, "pattern"),
                                               read_behavior(description, ""),
                                               description.boolean_or("invert", false));
  }
  if (type == "Metaspace") {
    return std::make_unique<MetaspacePreTokenizer>(description.text("replacement"),
                                                   read_prepend_scheme(description),
                                                   description.boolean_or("split", true));
  }
  if (type == "Digits") {
    return characters(is_numeric, description.boolean_or("individual_digits", false)
                                      ? SplitBehavior::isolated
                                      : SplitBehavior::contiguous);
  }
  if (type == "Punctuation") return characters(is_punctuation, read_behavior(description, "Isolated"));
  if (type == "WhitespaceSplit") return characters(is_whitespace, SplitBehavior::removed);
  if (type == "Whitespace") return whitespace_pre_tokenizer(description);
  if (type == "BertPreTokenizer") return bert_pre_tokenizer();
  description.fail("type", "pre-tokenizer \"" + type + "\" is not supported");
}

}  // namespace phasescope::text
