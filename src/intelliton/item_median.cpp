#include "phasescope/intelliton/item_median.h"

#include <algorithm>
#include <array>
#include <limits>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using stats::DrawCounts;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
/// Values between two looks at whether a draw's walk has reached its middle.
constexpr std::size_t kStride = 32;

using Sums = std::array<std::uint32_t, DrawCounts::kDraws>;

void add_counts(const std::uint32_t* counts, Sums& sums) {
  for (std::size_t draw = 0; draw < sums.size(); ++draw) sums[draw] += counts[draw];
}

}  // namespace

void ItemMedian::sort() {
  std::sort(values_.begin(), values_.end(), [](const Value& a, const Value& b) { return a.value < b.value; });
}

template <class CountOf>
std::optional<double> ItemMedian::find(std::size_t first, std::size_t end, double passed, double total,
                                       CountOf count_of) const {
  for (std::size_t i = first; i < end; ++i) {
    passed += count_of(i);
    if (2 * passed < total) continue;
    if (2 * passed > total) return values_[i].value;
    // Exactly half is passed: the mean of this value and the next one that was drawn.
    std::size_t next = i + 1;
    while (count_of(next) == 0) ++next;
    return (values_[i].value + values_[next].value) / 2;
  }
  return std::nullopt;
}

double ItemMedian::operator()(const Eigen::VectorXd& counts) const {
  const auto count_of = [&](std::size_t i) { return counts(static_cast<Index>(values_[i].item)); };
  double total = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) total += count_of(i);
  if (total == 0) return kNothing;
  return find(0, values_.size(), 0, total, count_of).value_or(kNothing);
}

/// All draws walk together; where one may have reached its middle within a stride, it walks that alone.
void ItemMedian::operator()(const DrawCounts& counts, double* medians) const {
  Sums total{}, passed{};
  for (const Value& value : values_) add_counts(counts.of(value.item), total);
  std::size_t open = 0;
  std::array<bool, DrawCounts::kDraws> done{};
  for (std::size_t draw = 0; draw < counts.draws; ++draw) {
    medians[draw] = kNothing;
    done[draw] = total[draw] == 0;
    open += done[draw] ? 0 : 1;
  }
  for (std::size_t first = 0; first < values_.size() && open > 0; first += kStride) {
    const std::size_t end = std::min(first + kStride, values_.size());
    const Sums before = passed;
    for (std::size_t i = first; i < end; ++i) add_counts(counts.of(values_[i].item), passed);
    for (std::size_t draw = 0; draw < counts.draws; ++draw) {
      if (done[draw] || 2 * std::uint64_t{passed[draw]} < total[draw]) continue;
      const auto count_of = [&](std::size_t i) { return counts.of(values_[i].item)[draw]; };
      medians[draw] = find(first, end, before[draw], total[draw], count_of).value_or(kNothing);
      done[draw] = true;
      --open;
    }
  }
}

}  // namespace phasescope::intelliton
