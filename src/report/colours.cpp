#include "phasescope/report/colours.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace phasescope::report {
namespace {

struct RoleColour {
  const char* class_name;
  const char* light;
  const char* dark;
};

// The series colours keep at least 0.09 (light) of OKLab distance from each other in simulations of
// protanopia, deuteranopia and tritanopia (Machado et al. 2009), mostly by lightness, so that they differ in
// grey too.
constexpr std::array<RoleColour, 4 + series_colours> roles{{
    {"ink", "#1b1f24", "#e6e8eb"},
    {"muted", "#5b6370", "#a3abb8"},
    {"grid", "#dde1e6", "#333944"},
    {"paper", "#ffffff", "#15181d"},
    {"s0", "#0b5fa5", "#4c97f0"},
    {"s1", "#d55e00", "#ff7a3d"},
    {"s2", "#1fa187", "#6fe0be"},
    {"s3", "#7a2a6e", "#b565a7"},
    {"s4", "#e0a100", "#f7d154"},
    {"s5", "#63b8ee", "#bfe3ff"},
    {"s6", "#4a2f14", "#9c7f5f"},
}};

/// The halo of a text is a stroke of paper under its letters.
std::string rules(const char* RoleColour::*colour) {
  std::string text =
      std::string(".phasescope .halo{paint-order:stroke;stroke-width:3px;stroke-linejoin:round;stroke:") +
      roles[3].*colour + "}";
  for (const RoleColour& role : roles) {
    text += std::string(".phasescope .") + role.class_name + "{color:" + role.*colour + "}";
  }
  return text;
}

/// OKLab coordinates: lightness, green to red, blue to yellow.
struct Oklab {
  double lightness;
  double a;
  double b;
};

double encode_gamma(double linear) {
  const double value = std::clamp(linear, 0.0, 1.0);
  return value <= 0.0031308 ? 12.92 * value : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

double decode_gamma(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

/// Ottosson, "A perceptual color space for image processing" (2020), matrices for linear sRGB.
Rgb rgb_from_oklab(const Oklab& colour) {
  const double l = std::pow(colour.lightness + 0.3963377774 * colour.a + 0.2158037573 * colour.b, 3);
  const double m = std::pow(colour.lightness - 0.1055613458 * colour.a - 0.0638541728 * colour.b, 3);
  const double s = std::pow(colour.lightness - 0.0894841775 * colour.a - 1.2914855480 * colour.b, 3);
  return {encode_gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          encode_gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          encode_gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

std::string hex_text(Rgb colour) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "#";
  for (const double channel : {colour.red, colour.green, colour.blue}) {
    const auto byte = static_cast<unsigned>(std::lround(std::clamp(channel, 0.0, 1.0) * 255));
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

Paint Paint::series(std::size_t index) {
  return Paint("s" + std::to_string(index % series_colours));
}

std::string style_sheet() {
  return ".phasescope{max-width:100%;height:auto;font-family:'Helvetica Neue',Helvetica,Arial,'DejaVu "
         "Sans',sans-serif}.phasescope .mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}" +
         rules(&RoleColour::light) + "@media screen and (prefers-color-scheme:dark){" +
         rules(&RoleColour::dark) + "}";
}

Rgb sequential_colour(double fraction) {
  constexpr double degree = 3.14159265358979323846 / 180;
  const double t = std::clamp(fraction, 0.0, 1.0);
  const double hue = (275 - 170 * t) * degree;  // blue, green, yellow
  // Close to the most that sRGB can show of each hue at its lightness.
  const double chroma = 0.085 + 0.035 * std::max(0.0, 1 - t / 0.3) + 0.1 * std::max(0.0, t - 0.45);
  return rgb_from_oklab({0.28 + 0.64 * t, chroma * std::cos(hue), chroma * std::sin(hue)});
}

double lightness(Rgb colour) {
  const double red = decode_gamma(colour.red);
  const double green = decode_gamma(colour.green);
  const double blue = decode_gamma(colour.blue);
  return 0.2104542553 * std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) +
         0.7936177850 * std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) -
         0.0040720468 * std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
}

}  // namespace phasescope::report
