#include "phasescope/report/scale.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "phasescope/base/error.h"

namespace phasescope::report {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double tolerance = 1e-9;  // of a step, when an end of the axis is meant to be a tick

std::string with_true_minus(std::string text) {
  if (!text.empty() && text.front() == '-') text.replace(0, 1, "−");
  return text;
}

std::string superscript(int number) {
  constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = number < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(number))) text += digits[digit - '0'];
  return text;
}

/// mantissa * 10^exponent with 1 <= |mantissa| < 10.
std::string power_text(double value, int digits) {
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + tolerance));
  const std::string mantissa = significant_text(value / std::pow(10.0, exponent), digits);
  const std::string power = "10" + superscript(exponent);
  if (mantissa == "1") return power;
  return mantissa == "−1" ? "−" + power : mantissa + "×" + power;
}

std::vector<Tick> multiples(double low, double high, double step, int decimals) {
  std::vector<Tick> ticks;
  const double first = std::ceil(low / step - tolerance);
  const double last = std::floor(high / step + tolerance);
  if (std::max(std::abs(first), std::abs(last)) > 1e15) return ticks;  // doubles cannot count there
  for (double i = first; i <= last; ++i)
    ticks.push_back(
        {i * step, decimals > 5 ? significant_text(i * step, 3) : fixed_text(i * step, decimals)});
  return ticks;
}

int decimals_of_step(double step) {
  return std::max(0, -static_cast<int>(std::floor(std::log10(step) + tolerance)));
}

/// Multiples of the powers of ten by `factors` inside [low, high].
std::vector<double> decade_multiples(double low, double high, const std::vector<double>& factors) {
  std::vector<double> values;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, exponent);
      if (value >= low * (1 - tolerance) && value <= high * (1 + tolerance)) values.push_back(value);
    }
  }
  return values;
}

/// All plain from 0.001 to 10000, else all as powers.
std::vector<Tick> with_decade_labels(const std::vector<double>& values) {
  const bool plain = std::all_of(values.begin(), values.end(),
                                 [](double value) { return value > 0.00099 && value < 10001; });
  std::vector<Tick> ticks;
  for (const double value : values) {
    ticks.push_back({value, plain ? significant_text(value, 6) : power_text(value, 2)});
  }
  return ticks;
}

std::vector<double> every_nth(const std::vector<double>& values, std::size_t n) {
  std::vector<double> chosen;
  for (std::size_t i = 0; i < values.size(); i += n) chosen.push_back(values[i]);
  return chosen;
}

/// Powers of ten where there are at least three, else the sparsest choice of round multiples that gives four.
std::vector<Tick> labelled_ticks(double low, double high, int count) {
  const std::vector<double> decades = decade_multiples(low, high, {1});
  const auto limit = static_cast<std::size_t>(std::max(1, count));
  if (decades.size() >= 3)
    return with_decade_labels(every_nth(decades, (decades.size() + limit - 1) / limit));
  const std::vector<std::vector<double>> choices{{1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 6, 8}};
  for (const auto& factors : choices) {
    const std::vector<double> values = decade_multiples(low, high, factors);
    if (values.size() >= 4) return with_decade_labels(values);
  }
  return linear_ticks(low, high, count);
}

std::string angle_text(std::int64_t numerator, std::int64_t denominator) {
  if (numerator == 0) return "0";
  const std::int64_t common = std::gcd(numerator, denominator);
  const std::int64_t over = std::abs(numerator) / common;
  const std::int64_t under = denominator / common;
  return std::string(numerator < 0 ? "−" : "") + (over == 1 ? "" : std::to_string(over)) + "π" +
         (under == 1 ? "" : "/" + std::to_string(under));
}

}  // namespace

Scale::Scale(Kind kind, double low, double high) : kind_(kind), low_(low), high_(high) {
  const bool positive = kind == Kind::linear || low > 0;
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high || !positive) {
    throw Error(ExitClass::internal, "an axis has no range");
  }
}

double Scale::fraction(double value) const {
  if (kind_ == Kind::linear) return (value - low_) / (high_ - low_);
  if (!(value > 0)) return std::nan("");
  return std::log(value / low_) / std::log(high_ / low_);
}

double round_step(double size) {
  const double power = std::pow(10.0, std::floor(std::log10(size) + tolerance));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= size * (1 - tolerance)) return factor * power;
  }
  return 10 * power;
}

std::vector<Tick> linear_ticks(double low, double high, int count) {
  const double step = round_step((high - low) / std::max(1, count));
  return multiples(low, high, step, decimals_of_step(step));
}

std::vector<Tick> integer_ticks(double low, double high, int count) {
  const double step = std::max(1.0, round_step((high - low) / std::max(1, count)));
  return multiples(low, high, step, 0);
}

std::vector<Tick> logarithmic_ticks(double low, double high, int count) {
  std::vector<Tick> ticks = labelled_ticks(low, high, count);
  if (high / low > 1e8) return ticks;
  for (const double value : decade_multiples(low, high, {1, 2, 3, 4, 5, 6, 7, 8, 9}))
    ticks.push_back({value, {}});
  return ticks;
}

std::vector<Tick> angle_ticks(double low, double high, int count) {
  for (const std::int64_t denominator : {8, 4, 2, 1}) {
    const double step = pi / static_cast<double>(denominator);
    if ((high - low) / step > count && denominator > 1) continue;
    std::vector<Tick> ticks = multiples(low, high, step, 0);
    for (Tick& tick : ticks) tick.label = angle_text(std::llround(tick.value / step), denominator);
    return ticks;
  }
  return {};
}

std::string fixed_text(double value, int decimals) {
  if (std::abs(value) >= 99999.5) return power_text(value, 3);
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, std::min(decimals, 12))
          .ptr;
  std::string text(buffer, end);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
  return with_true_minus(text);
}

std::string significant_text(double value, int digits) {
  if (!std::isfinite(value)) return "undefined";
  if (value == 0) return "0";
  const double magnitude = std::floor(std::log10(std::abs(value)) + tolerance);
  if (magnitude >= 6 || magnitude < -4) return power_text(value, digits);
  std::string text = fixed_text(value, std::max(0, digits - 1 - static_cast<int>(magnitude)));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

}  // namespace phasescope::report
