#include "phasescope/text/byte_fallback.h"

#include <charconv>

namespace phasescope::text {

std::string byte_token(unsigned byte) {
  static constexpr char digits[] = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4 & 0xF] + digits[byte & 0xF] + ">";
}

std::optional<std::uint8_t> byte_of_token(std::string_view token) {
  if (token.size() != 6 || token.substr(0, 3) != "<0x" || token.back() != '>') return std::nullopt;
  unsigned value = 0;
  const char* end = token.data() + 5;
  const auto result = std::from_chars(token.data() + 3, end, value, 16);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

}  // namespace phasescope::text
