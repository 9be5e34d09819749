#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phasescope::text {

/// The token that stands for one byte where a vocabulary has no other: "<0x00>" to "<0xFF>".
std::string byte_token(unsigned byte);

/// The byte that such a token stands for (either case), if it is one.
std::optional<std::uint8_t> byte_of_token(std::string_view token);

}  // namespace phasescope::text
