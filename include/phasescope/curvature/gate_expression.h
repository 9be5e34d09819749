#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace phasescope::curvature {

/// A number that an expression may name; a reason where it is undefined.
struct GateValue {
  std::optional<double> value;
  std::string reason;
};

using GateValues = std::map<std::string, GateValue>;

/// A condition over named numbers, such as `regime_flips > 0 || abs(d.ratio_norm) >= 0.3`. Numbers, names
/// with dots, + - * / and parentheses, comparisons < <= > >= == != (which do not chain), ! && ||, and the
/// functions abs(x), min(x, y, ..) and max(x, y, ..). As in C, truth is 1, what is not 0 is true, and && and
/// || leave their right side alone when the left one decides.
class GateExpression {
 public:
  /// `known` are the names that may occur; their values are not looked at. Errors: usage, with the place of a
  /// fault, or with the known names when a name is none of them.
  GateExpression(std::string_view text, const GateValues& known);

  /// Errors: numerics when a number that is needed is undefined, or for a division by 0.
  double evaluate(const GateValues& values) const { return evaluate_(values); }
  bool holds(const GateValues& values) const { return evaluate(values) != 0; }

 private:
  std::function<double(const GateValues&)> evaluate_;
};

}  // namespace phasescope::curvature
