#include "phasescope/curvature/repetition.h"

#include <algorithm>
#include <array>
#include <set>

namespace phasescope::curvature {
namespace {

constexpr std::size_t fewest_periods = 3;
constexpr std::size_t fewest_tokens = 4;

/// Where the end of the text with this period begins.
std::size_t periodic_from(const std::vector<std::int64_t>& ids, std::size_t period) {
  std::size_t i = ids.size();
  while (i > period && ids[i - 1] == ids[i - 1 - period]) --i;
  return i - period;
}

std::optional<Repetition::Loop> longest_loop(const std::vector<std::int64_t>& ids) {
  std::optional<Repetition::Loop> longest;
  for (std::size_t period = 1; period * fewest_periods <= ids.size(); ++period) {
    const std::size_t start = periodic_from(ids, period);
    if (ids.size() - start < std::max(fewest_tokens, fewest_periods * period)) continue;
    if (!longest || start < longest->start) longest = Repetition::Loop{start, period};
  }
  return longest;
}

std::optional<double> repeated_4grams(const std::vector<std::int64_t>& ids) {
  if (ids.size() < 4) return std::nullopt;
  std::set<std::array<std::int64_t, 4>> distinct;
  const std::size_t count = ids.size() - 3;
  for (std::size_t i = 0; i < count; ++i) distinct.insert({ids[i], ids[i + 1], ids[i + 2], ids[i + 3]});
  return 1 - static_cast<double>(distinct.size()) / static_cast<double>(count);
}

}  // namespace

Repetition repetition_of(const std::vector<std::int64_t>& token_ids) {
  return {longest_loop(token_ids), repeated_4grams(token_ids)};
}

}  // namespace phasescope::curvature
