#include "checks.h"

#include <algorithm>
#include <cmath>

namespace phasescope::tool {
namespace {

std::string short_text(double number) {
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// `fits` sees NaN for what is no number.
template <class Fits>
CLI::Validator number_check(const std::string& expected, Fits fits) {
  const auto check = [=](std::string& typed) {
    double number = NAN;
    if (!CLI::detail::lexical_cast(typed, number)) number = NAN;
    return fits(number) ? std::string() : "found " + typed + ", expected a number " + expected;
  };
  return CLI::Validator(check, "");
}

bool is_device(const std::string& name) {
  const std::string numbered = "cuda:";
  if (name.rfind(numbered, 0) != 0) return name == "auto" || name == "cpu" || name == "cuda";
  const std::string digits = name.substr(numbered.size());
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

CLI::Validator at_least(double smallest) {
  return number_check("of at least " + short_text(smallest),
                      [=](double number) { return std::isfinite(number) && number >= smallest; });
}

CLI::Validator above(double bound) {
  return number_check("above " + short_text(bound),
                      [=](double number) { return std::isfinite(number) && number > bound; });
}

CLI::Validator between(double smallest, double largest) {
  return number_check("from " + short_text(smallest) + " to " + short_text(largest),
                      [=](double number) { return number >= smallest && number <= largest; });
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto check = [names](std::string& typed) {
    if (std::find(names.begin(), names.end(), typed) != names.end()) return std::string();
    return "found \"" + typed + "\", expected one of " + CLI::detail::join(names, ", ");
  };
  return CLI::Validator(check, "", CLI::detail::join(names, "|"));
}

CLI::Validator device_name() {
  const auto check = [](std::string& typed) {
    return is_device(typed) ? std::string() : "found \"" + typed + "\", expected auto, cpu, cuda or cuda:N";
  };
  return CLI::Validator(check, "");
}

}  // namespace phasescope::tool
