#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace phasescope::report {

/// sRGB, each channel in [0, 1].
struct Rgb {
  double red = 0;
  double green = 0;
  double blue = 0;
};

/// "#rrggbb".
std::string hex_text(Rgb colour);

/// A colour of a drawing: either one with a role, which has a light and a dark form (a class of the style
/// sheet), or one that is fixed because it stands for a number.
class Paint {
 public:
  static Paint ink() { return Paint("ink"); }
  static Paint muted() { return Paint("muted"); }  ///< secondary text
  static Paint grid() { return Paint("grid"); }
  static Paint paper() { return Paint("paper"); }
  /// The i-th of `series_colours` colours, which stay apart for colour-blind readers; wraps around.
  static Paint series(std::size_t index);
  static Paint fixed(Rgb colour) { return Paint("", hex_text(colour)); }

  const std::string& class_name() const { return class_name_; }
  /// How SVG names it: a fixed colour, or currentColor of the class.
  std::string value() const { return class_name_.empty() ? hex_ : "currentColor"; }

 private:
  explicit Paint(std::string class_name, std::string hex = {})
      : class_name_(std::move(class_name)), hex_(std::move(hex)) {}

  std::string class_name_;
  std::string hex_;
};

constexpr std::size_t series_colours = 7;

/// The style sheet of every drawing: roles and series in light, and in dark for screens that prefer it.
std::string style_sheet();

/// Colour of a fraction in [0, 1] (clamped), from dark blue over green to light yellow. Its lightness (OKLab,
/// Ottosson 2020) rises linearly, so it also reads in grey and to colour-blind readers.
Rgb sequential_colour(double fraction);

/// OKLab lightness of a colour, 0 black to 1 white.
double lightness(Rgb colour);

}  // namespace phasescope::report
