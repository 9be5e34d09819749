#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace phasescope::text {

/// The byte of the first violation of UTF-8 (overlong forms, surrogates and values above U+10FFFF included),
/// or nothing when the text is valid.
std::optional<std::size_t> first_invalid_utf8_byte(std::string_view text);

/// Replaces every maximal ill-formed subsequence by U+FFFD, as section 3.9 of the Unicode standard
/// recommends.
std::string replace_invalid_utf8(std::string_view bytes);

/// Bytes of the character that begins with this byte. The text must be valid UTF-8.
inline std::size_t character_length(char first_byte) {
  const auto byte = static_cast<unsigned char>(first_byte);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// The code point that begins at `position`. The text must be valid UTF-8 and position a character boundary.
char32_t code_point_at(std::string_view text, std::size_t position);

/// Where the character that ends before `end` (0 < end <= size) of valid UTF-8 begins.
inline std::size_t character_begin_before(std::string_view text, std::size_t end) {
  do {
    --end;
  } while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
  return end;
}

/// The code point that ends before `end` (0 < end <= size) of valid UTF-8.
char32_t code_point_before(std::string_view text, std::size_t end);

void append_utf8(std::string& text, char32_t code_point);

/// Number of code points of valid UTF-8.
std::size_t character_count(std::string_view text);

/// Calls visit(code_point, byte position, byte length) for each character of valid UTF-8.
template <typename Visitor>
void for_each_character(std::string_view text, Visitor&& visit) {
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t length = character_length(text[position]);
    visit(code_point_at(text, position), position, length);
    position += length;
  }
}

/// The property White_Space.
bool is_whitespace(char32_t code_point);
/// General category Nd, Nl or No.
bool is_numeric(char32_t code_point);
/// ASCII punctuation and symbols, or general category P*.
bool is_punctuation(char32_t code_point);
/// General category M*.
bool is_mark(char32_t code_point);
/// General category Mn.
bool is_nonspacing_mark(char32_t code_point);
/// General category Cc, Cf or Co: control, format, private use.
bool is_control(char32_t code_point);

/// Appends the full, untailored lower case mapping of one code point.
void append_lowercase(std::string& text, char32_t code_point);

enum class NormalizationForm { nfc, nfd, nfkc, nfkd };

/// A Unicode normalization form (UAX #15) of valid UTF-8, by utf8proc.
std::string normalize_unicode(std::string_view text, NormalizationForm form);

}  // namespace phasescope::text
