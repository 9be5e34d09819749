#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phasescope::text {

/// The printable alphabet of byte-level BPE (Radford et al. 2019, GPT-2): each byte stands for one character;
/// printable Latin-1 stands for itself, the other 68 bytes for U+0100 and up, in order.
void append_byte_characters(std::string& text, std::string_view bytes);

/// The byte that a character stands for, if any.
std::optional<std::uint8_t> byte_of_character(char32_t code_point);

/// Appends the bytes that the characters of a token stand for; a token with any other character is appended
/// as it is.
void append_token_bytes(std::string& bytes, std::string_view token);

}  // namespace phasescope::text
