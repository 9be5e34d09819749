#include "phasescope/text/prompt_limit.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const std::string& text) {
  Error::Details details;
  details.field = "--limit";
  details.reason = "found \"" + text + "\"";
  details.expected = "a number of prompts (20), a fraction of them (0.1) or a range (10-20)";
  throw Error(ExitClass::usage, details);
}

}  // namespace

PromptLimit::PromptLimit(const std::string& text) : text_(text) {
  const std::size_t dash = text.find('-');
  const auto count = parse_whole<std::size_t>(text);
  const auto fraction = parse_whole<double>(text);
  const auto from = parse_whole<std::size_t>(std::string_view(text).substr(0, dash));
  if (count && *count > 0) {
    last_ = *count;
  } else if (!count && fraction && *fraction > 0 && *fraction <= 1) {
    fraction_ = *fraction;
  } else if (dash != std::string::npos && from && *from > 0) {
    const auto to = parse_whole<std::size_t>(std::string_view(text).substr(dash + 1));
    if (!to || *to < *from) refuse(text);
    first_ = *from - 1;
    last_ = *to;
  } else {
    refuse(text);
  }
}

PromptLimit::Range PromptLimit::range(std::size_t count) const {
  const auto share = static_cast<std::size_t>(std::ceil(fraction_ * static_cast<double>(count)));
  const std::size_t last = std::min({last_, share, count});
  return {std::min(first_, last), last};
}

PromptSet PromptLimit::apply(PromptSet set) const {
  const Range taken = range(set.prompts.size());
  if (taken.first == taken.last) {
    throw Error(ExitClass::usage,
                {set.file.string(),
                 "--limit",
                 {},
                 "\"" + text_ + "\" leaves none of " + std::to_string(set.prompts.size()) + " prompts",
                 {}});
  }
  const auto begin = set.prompts.begin();
  set.prompts.erase(begin + static_cast<std::ptrdiff_t>(taken.last), set.prompts.end());
  set.prompts.erase(begin, begin + static_cast<std::ptrdiff_t>(taken.first));
  return set;
}

}  // namespace phasescope::text
