#include "resampled_estimates.h"

#include <algorithm>
#include <cmath>

namespace phasescope::intelliton {

using Eigen::Index;

void ResampledEstimates::add(stats::Estimate& target, const std::string& reason, Statistic statistic) {
  add({&target}, reason,
      [one = std::move(statistic)](const Counts& counts) { return std::vector<double>{one(counts)}; });
}

void ResampledEstimates::add(std::vector<stats::Estimate*> targets, const std::string& reason,
                             Statistics statistics) {
  entries_.push_back({std::move(targets), reason, std::move(statistics)});
}

std::vector<double> ResampledEstimates::evaluate(const Counts& counts) const {
  std::vector<double> values;
  for (const Entry& entry : entries_) {
    const std::vector<double> some = entry.statistics(counts);
    values.insert(values.end(), some.begin(), some.end());
  }
  return values;
}

double ResampledEstimates::run(const std::vector<std::size_t>& group_of,
                               const stats::BootstrapOptions& options) const {
  const auto items = static_cast<Index>(group_of.size());
  const stats::BootstrapDraws draws = stats::stratified_bootstrap(
      group_of,
      [&](const std::vector<std::size_t>& drawn) {
        Counts counts = Counts::Zero(items);
        for (const std::size_t item : drawn) counts(static_cast<Index>(item)) += 1;
        return evaluate(counts);
      },
      options);
  const std::vector<double> sample = evaluate(Counts::Ones(items));
  std::size_t place = 0;
  for (const Entry& entry : entries_) {
    for (stats::Estimate* target : entry.targets) {
      *target = std::isfinite(sample[place])
                    ? stats::with_percentile_interval(sample[place], draws, place, options.coverage)
                    : stats::Estimate::undefined(entry.reason);
      ++place;
    }
  }
  return draws.narrowness;
}

void ItemMedian::sort() {
  std::sort(values_.begin(), values_.end(), [](const Value& a, const Value& b) { return a.value < b.value; });
}

double ItemMedian::operator()(const Eigen::VectorXd& counts) const {
  double total = 0;
  for (const Value& value : values_) total += counts(static_cast<Index>(value.item));
  if (total == 0) return ResampledEstimates::undefined;
  double passed = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    passed += counts(static_cast<Index>(values_[i].item));
    if (2 * passed < total) continue;
    if (2 * passed > total) return values_[i].value;
    // Exactly half is passed: the mean of this value and the next one that was drawn.
    std::size_t next = i + 1;
    while (counts(static_cast<Index>(values_[next].item)) == 0) ++next;
    return (values_[i].value + values_[next].value) / 2;
  }
  return ResampledEstimates::undefined;
}

}  // namespace phasescope::intelliton
