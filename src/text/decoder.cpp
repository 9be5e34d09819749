#include "phasescope/text/decoder.h"

#include <array>
#include <utility>

#include "phasescope/text/affix.h"
#include "phasescope/text/byte_alphabet.h"
#include "phasescope/text/byte_fallback.h"
#include "phasescope/text/normalizer.h"
#include "phasescope/text/piece.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

constexpr char replacement_character[] = "\xEF\xBF\xBD";

std::string replaced(const std::string& text, std::string_view wanted, std::string_view content) {
  if (wanted.empty()) return text;
  std::string result;
  std::size_t end = 0;
  for (auto begin = text.find(wanted); begin != std::string::npos; begin = text.find(wanted, end)) {
    result.append(text, end, begin - end).append(content);
    end = begin + wanted.size();
  }
  return result.append(text, end, std::string::npos);
}

void append_bytes_as_text(const std::string& bytes, std::vector<std::string>& tokens) {
  if (bytes.empty()) return;
  if (!first_invalid_utf8_byte(bytes)) {
    tokens.push_back(bytes);
  } else {
    tokens.insert(tokens.end(), bytes.size(), replacement_character);
  }
}

std::string without_tokenization_spaces(std::string text) {
  static constexpr std::array<std::pair<const char*, const char*>, 11> replacements = {{
      {" .", "."},
      {" ?", "?"},
      {" !", "!"},
      {" ,", ","},
      {" ' ", "'"},
      {" n't", "n't"},
      {" 'm", "'m"},
      {" do not", " don't"},
      {" 's", "'s"},
      {" 've", "'ve"},
      {" 're", "'re"},
  }};
  for (const auto& [wanted, content] : replacements) text = replaced(text, wanted, content);
  return text;
}

}  // namespace

void ByteLevelDecoder::decode(std::vector<std::string>& tokens) const {
  std::string bytes;
  for (const std::string& token : tokens) append_token_bytes(bytes, token);
  tokens = {replace_invalid_utf8(bytes)};
}

void MetaspaceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = replaced(tokens[i], mark_, i == 0 && was_prepended_ ? "" : " ");
  }
}

void ByteFallbackDecoder::decode(std::vector<std::string>& tokens) const {
  std::vector<std::string> result;
  std::string bytes;
  for (std::string& token : tokens) {
    if (const auto byte = byte_of_token(token)) {
      bytes.push_back(static_cast<char>(*byte));
      continue;
    }
    append_bytes_as_text(bytes, result);
    bytes.clear();
    result.push_back(std::move(token));
  }
  append_bytes_as_text(bytes, result);
  tokens = std::move(result);
}

void FuseDecoder::decode(std::vector<std::string>& tokens) const {
  std::string text;
  for (const std::string& token : tokens) text += token;
  tokens = {std::move(text)};
}

void StripDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) {
    std::string_view rest = token;
    for (std::size_t i = 0; i < left_ && begins_with(rest, character_); ++i) {
      rest.remove_prefix(character_.size());
    }
    for (std::size_t i = 0; i < right_ && ends_with(rest, character_); ++i) {
      rest.remove_suffix(character_.size());
    }
    token = std::string(rest);
  }
}

void ReplaceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) {
    std::string result;
    for (const Stretch& stretch : cover(token.size(), pattern_.find_all(token))) {
      result += stretch.matched ? std::string_view(content_) : part_of(token, stretch.span);
    }
    token = std::move(result);
  }
}

void WordPieceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string& token = tokens[i];
    if (i > 0) token = begins_with(token, prefix_) ? token.substr(prefix_.size()) : " " + token;
    if (cleanup_) token = without_tokenization_spaces(token);
  }
}

void WordEndDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = replaced(tokens[i], suffix_, i + 1 == tokens.size() ? "" : " ");
  }
}

namespace {

std::unique_ptr<Decoder> read_decoder_sequence(const JsonObject& description) {
  std::vector<std::unique_ptr<Decoder>> steps;
  std::size_t index = 0;
  for (const Json& step : description.array("decoders")) {
    const std::string field = description.field("decoders") + "[" + std::to_string(index++) + "]";
    steps.push_back(read_decoder(JsonObject(step, description.file(), field)));
  }
  return std::make_unique<DecoderSequence>(std::move(steps));
}

std::unique_ptr<Decoder> read_metaspace_decoder(const JsonObject& description) {
  const bool prepends = description.boolean_or("add_prefix_space", true) &&
                        description.text_or("prepend_scheme", "always") != "never";
  return std::make_unique<MetaspaceDecoder>(description.text("replacement"), prepends);
}

std::unique_ptr<Decoder> read_strip_decoder(const JsonObject& description) {
  return std::make_unique<StripDecoder>(description.text("content"),
                                        static_cast<std::size_t>(description.integer("start")),
                                        static_cast<std::size_t>(description.integer("stop")));
}

}  // namespace

std::unique_ptr<Decoder> read_decoder(const JsonObject& description) {
  const std::string type = description.text("type");
  if (type == "ByteLevel") return std::make_unique<ByteLevelDecoder>();
  if (type == "ByteFallback") return std::make_unique<ByteFallbackDecoder>();
  if (type == "Fuse") return std::make_unique<FuseDecoder>();
  if (type == "Sequence") return read_decoder_sequence(description);
  if (type == "Metaspace") return read_metaspace_decoder(description);
  if (type == "Strip") return read_strip_decoder(description);
  if (type == "BPEDecoder") return std::make_unique<WordEndDecoder>(description.text_or("suffix", "</w>"));
  if (type == "Replace") {
    return std::make_unique<ReplaceDecoder>(read_pattern(description, "pattern"),
                                            description.text("content"));
  }
  if (type == "WordPiece") {
    return std::make_unique<WordPieceDecoder>(description.text_or("prefix", "##"),
                                              description.boolean_or("cleanup", true));
  }
  description.fail("type", "decoder \"" + type + "\" is not supported");
}

}  // namespace phasescope::text
