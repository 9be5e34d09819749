#include <string>
#include <string_view>

#include <utf8proc.h>

#include "phasescope/report/scale.h"

namespace phasescope::report {
namespace {

/// Width in em of a character in five classes: of the widest of the usual faces, DejaVu Sans.
double ascii_width(char character) {
  constexpr std::string_view narrow = "ijl.,:;'|!I ";
  constexpr std::string_view slim = "frt()[]{}/\\-*\"`";
  constexpr std::string_view wide = "mwMW@%";
  if (narrow.find(character) != std::string_view::npos) return 0.32;
  if (slim.find(character) != std::string_view::npos) return 0.41;
  if (wide.find(character) != std::string_view::npos) return 0.96;
  return character >= 'A' && character <= 'Z' ? 0.71 : 0.62;
}

/// Takes the first character off a text and returns its width in em.
double take_character(std::string_view& text) {
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
  const char first = text.front();
  text.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
  if (length == 1) return ascii_width(first);
  return length > 1 && utf8proc_charwidth(code) == 2 ? 1.0 : 0.66;
}

}  // namespace

double text_width(std::string_view text, double size) {
  double width = 0;
  while (!text.empty()) width += take_character(text);
  return width * size;
}

std::string fitted_text(std::string_view text, double size, double width) {
  if (text_width(text, size) <= width) return std::string(text);
  std::string_view rest = text;
  double used = 0.9 * size;  // the ellipsis
  std::size_t kept = 0;
  while (!rest.empty()) {
    used += take_character(rest) * size;
    if (used > width) break;
    kept = text.size() - rest.size();
  }
  return std::string(text.substr(0, kept)) + "…";
}

}  // namespace phasescope::report
