#include "phasescope/text/unicode.h"

#include <cstdlib>
#include <memory>
#include <new>

#include <utf8proc.h>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

unsigned char byte_at(std::string_view text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

/// Smallest and largest second byte that may follow a lead byte (table 3-7 of the Unicode standard).
struct SecondByteRange {
  unsigned char low;
  unsigned char high;
};

SecondByteRange second_byte_range(unsigned char lead) {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {0x80, 0xBF};
  }
}

std::size_t expected_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// Length of the well-formed prefix of the sequence that begins at `position`, and whether it is a whole
/// character.
struct Sequence {
  std::size_t length;
  bool complete;
};

Sequence sequence_at(std::string_view text, std::size_t position) {
  const unsigned char lead = byte_at(text, position);
  const std::size_t expected = expected_length(lead);
  if (expected == 0) return {1, false};
  std::size_t length = 1;
  for (; length < expected && position + length < text.size(); ++length) {
    const SecondByteRange range = length == 1 ? second_byte_range(lead) : SecondByteRange{0x80, 0xBF};
    const unsigned char byte = byte_at(text, position + length);
    if (byte < range.low || byte > range.high) break;
  }
  return {length, length == expected};
}

utf8proc_category_t category(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

bool is_ascii_punctuation(char32_t c) {
  return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
         (c >= 0x7B && c <= 0x7E);
}

/// Every code point below is its own normalization.
char32_t first_affected_code_point(NormalizationForm form) {
  switch (form) {
    case NormalizationForm::nfc:
      return 0x300;
    case NormalizationForm::nfd:
      return 0xC0;
    default:
      return 0xA0;
  }
}

bool is_unaffected(std::string_view text, NormalizationForm form) {
  const char32_t limit = first_affected_code_point(form);
  for (std::size_t position = 0; position < text.size(); position += character_length(text[position])) {
    if (byte_at(text, position) >= 0x80 && code_point_at(text, position) >= limit) return false;
  }
  return true;
}

utf8proc_option_t options(NormalizationForm form) {
  switch (form) {
    case NormalizationForm::nfc:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    case NormalizationForm::nfd:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    case NormalizationForm::nfkc:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    default:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  }
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8_byte(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const Sequence sequence = sequence_at(text, position);
    if (!sequence.complete) return position;
    position += sequence.length;
  }
  return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  for (std::size_t position = 0; position < bytes.size();) {
    const Sequence sequence = sequence_at(bytes, position);
    if (sequence.complete) {
      result.append(bytes.substr(position, sequence.length));
    } else {
      append_utf8(result, 0xFFFD);
    }
    position += sequence.length;
  }
  return result;
}

char32_t code_point_at(std::string_view text, std::size_t position) {
  const auto continuation = [&](std::size_t offset) {
    return static_cast<char32_t>(byte_at(text, position + offset) & 0x3F);
  };
  const auto lead = static_cast<char32_t>(byte_at(text, position));
  switch (character_length(text[position])) {
    case 1:
      return lead;
    case 2:
      return (lead & 0x1F) << 6 | continuation(1);
    case 3:
      return (lead & 0x0F) << 12 | continuation(1) << 6 | continuation(2);
    default:
      return (lead & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3);
  }
}

char32_t code_point_before(std::string_view text, std::size_t end) {
  return code_point_at(text, character_begin_before(text, end));
}

void append_utf8(std::string& text, char32_t code_point) {
  utf8proc_uint8_t buffer[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), buffer);
  text.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length));
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

bool is_whitespace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_numeric(char32_t code_point) {
  const utf8proc_category_t value = category(code_point);
  return value == UTF8PROC_CATEGORY_ND || value == UTF8PROC_CATEGORY_NL || value == UTF8PROC_CATEGORY_NO;
}

bool is_punctuation(char32_t code_point) {
  const utf8proc_category_t value = category(code_point);
  return is_ascii_punctuation(code_point) || (value >= UTF8PROC_CATEGORY_PC && value <= UTF8PROC_CATEGORY_PO);
}

bool is_mark(char32_t code_point) {
  const utf8proc_category_t value = category(code_point);
  return value >= UTF8PROC_CATEGORY_MN && value <= UTF8PROC_CATEGORY_ME;
}

bool is_nonspacing_mark(char32_t code_point) {
  return category(code_point) == UTF8PROC_CATEGORY_MN;
}

bool is_control(char32_t code_point) {
  const utf8proc_category_t value = category(code_point);
  return value >= UTF8PROC_CATEGORY_CC;
}

void append_lowercase(std::string& text, char32_t code_point) {
  // The only unconditional one-to-many lower case mapping of SpecialCasing.txt.
  if (code_point == 0x130) {
    text += "i\xCC\x87";
  } else {
    append_utf8(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point))));
  }
}

std::string normalize_unicode(std::string_view text, NormalizationForm form) {
  if (is_unaffected(text, form)) return std::string(text);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options(form));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) throw Error(ExitClass::internal, std::string("utf8proc: ") + utf8proc_errmsg(size));
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

}  // namespace phasescope::text
