#include "phasescope/text/byte_alphabet.h"

#include <array>

#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

constexpr char32_t last_character = 0x100 + 67;

bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
  std::array<std::string, 256> character_of_byte;
  std::array<std::int16_t, last_character + 1> byte_of_character;

  Alphabet() {
    byte_of_character.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char32_t character = stands_for_itself(byte) ? byte : next++;
      append_utf8(character_of_byte[byte], character);
      byte_of_character[character] = static_cast<std::int16_t>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet instance;
  return instance;
}

}  // namespace

void append_byte_characters(std::string& text, std::string_view bytes) {
  const Alphabet& table = alphabet();
  for (const char byte : bytes) text += table.character_of_byte[static_cast<unsigned char>(byte)];
}

std::optional<std::uint8_t> byte_of_character(char32_t code_point) {
  if (code_point > last_character || alphabet().byte_of_character[code_point] < 0) return std::nullopt;
  return static_cast<std::uint8_t>(alphabet().byte_of_character[code_point]);
}

void append_token_bytes(std::string& bytes, std::string_view token) {
  const std::size_t start = bytes.size();
  for (std::size_t position = 0; position < token.size(); position += character_length(token[position])) {
    const auto byte = byte_of_character(code_point_at(token, position));
    if (!byte) {
      bytes.resize(start);
      bytes.append(token);
      return;
    }
    bytes.push_back(static_cast<char>(*byte));
  }
}

}  // namespace phasescope::text
