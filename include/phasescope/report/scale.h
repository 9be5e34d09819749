#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phasescope::report {

/// A mark on an axis. Without a label it is a minor one.
struct Tick {
  double value = 0;
  std::string label;
};

/// Maps values to fractions of an axis.
class Scale {
 public:
  enum class Kind { linear, logarithmic };
  /// Error (internal) unless low < high, both finite and, on a logarithmic scale, positive.
  Scale(Kind kind, double low, double high);

  /// 0 at low, 1 at high; outside beyond. Not finite for a value that is not, or not positive on a
  /// logarithmic scale.
  double fraction(double value) const;
  Kind kind() const { return kind_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  Kind kind_;
  double low_;
  double high_;
};

/// The smallest of 1, 2, 5 times a power of ten that is at least `size` (positive).
double round_step(double size);

/// Multiples of a round step inside [low, high], at most about `count` of them, with as many decimals as the
/// step needs.
std::vector<Tick> linear_ticks(double low, double high, int count);

/// The same, at whole numbers only.
std::vector<Tick> integer_ticks(double low, double high, int count);

/// Powers of ten inside [low, high] (positive), every n-th where there are more than `count`, with minor
/// ticks at their multiples; where fewer than three powers lie inside, round multiples of them are labelled
/// too.
std::vector<Tick> logarithmic_ticks(double low, double high, int count);

/// Multiples of pi/8, pi/4, pi/2 or pi inside [low, high]: "0", "π/4", "3π/4", "−π".
std::vector<Tick> angle_ticks(double low, double high, int count);

/// A number for people, with `decimals` digits after the point and a true minus sign; powers of ten from 1e5
/// on as "2×10⁵". Independent of the locale.
std::string fixed_text(double value, int decimals);

/// With `digits` significant digits (at least 1), without trailing zeros: for annotations.
std::string significant_text(double value, int digits);

/// About how wide a text is in a sans-serif face of that size, in the drawing's units. Wide scripts count as
/// one em a character.
double text_width(std::string_view text, double size);

/// The text, or its beginning with "…" where it is wider than `width`.
std::string fitted_text(std::string_view text, double size, double width);

}  // namespace phasescope::report
