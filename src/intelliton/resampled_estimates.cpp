#include "resampled_estimates.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using stats::DrawCounts;

/// Values of medians, and statistics, that are in memory at the same time.
constexpr std::size_t kMostValues = 1 << 18;
constexpr std::size_t kMostStatistics = 256;

ResampledEstimates::Counts counts_of_draw(const DrawCounts& counts, std::size_t draw) {
  return ResampledEstimates::Counts::NullaryExpr(static_cast<Index>(counts.items()), [&](Index item) {
    return static_cast<double>(counts.of(static_cast<std::size_t>(item))[draw]);
  });
}

}  // namespace

void ResampledEstimates::add(stats::Estimate& target, const std::string& reason, Statistic statistic) {
  add({&target}, reason,
      [one = std::move(statistic)](const Counts& counts) { return std::vector<double>{one(counts)}; });
}

void ResampledEstimates::add(std::vector<stats::Estimate*> targets, const std::string& reason,
                             Statistics statistics) {
  entries_.push_back({std::move(targets), reason, std::move(statistics), {}, 0, {}});
}

void ResampledEstimates::add(stats::Estimate& target, const std::string& reason, ItemMedian median) {
  median.sort();
  entries_.push_back({{&target}, reason, {}, std::move(median), 0, {}});
}

void ResampledEstimates::add(stats::Estimate& target, const std::string& reason, std::size_t count,
                             MedianValues values) {
  entries_.push_back({{&target}, reason, {}, {}, count, std::move(values)});
}

std::vector<ResampledEstimates::Part> ResampledEstimates::parts() {
  std::vector<Part> parts;
  std::size_t values = 0, statistics = 0;
  for (Entry& entry : entries_) {
    if (parts.empty() || values + entry.count > kMostValues ||
        statistics + entry.targets.size() > kMostStatistics) {
      parts.emplace_back();
      values = statistics = 0;
    }
    parts.back().push_back(&entry);
    values += entry.count;
    statistics += entry.targets.size();
  }
  return parts;
}

void ResampledEstimates::read_medians(const Part& part) const {
  Part medians;
  for (Entry* entry : part) {
    if (!entry->median_values) continue;
    entry->median.reserve(entry->count);
    medians.push_back(entry);
  }
  if (medians.empty()) return;
  prompts_([&](std::size_t first, const std::vector<const FieldSummary*>& prompts) {
    parallel_for(static_cast<std::int64_t>(medians.size()), [&](std::int64_t i) {
      Entry& entry = *medians[static_cast<std::size_t>(i)];
      for (std::size_t p = 0; p < prompts.size(); ++p)
        entry.median_values(first + p, *prompts[p], entry.median);
    });
  });
  parallel_for(static_cast<std::int64_t>(medians.size()),
               [&](std::int64_t i) { medians[static_cast<std::size_t>(i)]->median.sort(); });
}

double ResampledEstimates::run(const Part& part, const std::vector<std::size_t>& group_of,
                               const stats::BootstrapOptions& options) {
  const bool all_medians =
      std::all_of(part.begin(), part.end(), [](const Entry* entry) { return !entry->statistics; });
  std::vector<stats::Estimate*> targets;
  std::vector<double> sample;
  const Counts ones = Counts::Ones(static_cast<Index>(group_of.size()));
  for (const Entry* entry : part) {
    targets.insert(targets.end(), entry->targets.begin(), entry->targets.end());
    const std::vector<double> values =
        entry->statistics ? entry->statistics(ones) : std::vector<double>{entry->median(ones)};
    sample.insert(sample.end(), values.begin(), values.end());
  }
  const auto evaluate = [&](const DrawCounts& counts, double* values) {
    std::vector<Counts> by_draw;
    for (std::size_t draw = 0; draw < counts.draws && !all_medians; ++draw)
      by_draw.push_back(counts_of_draw(counts, draw));
    for (const Entry* entry : part) {
      if (!entry->statistics) entry->median(counts, values);
      for (std::size_t draw = 0; draw < by_draw.size() && entry->statistics; ++draw) {
        const std::vector<double> some = entry->statistics(by_draw[draw]);
        for (std::size_t s = 0; s < some.size(); ++s) values[s * DrawCounts::kDraws + draw] = some[s];
      }
      values += entry->targets.size() * DrawCounts::kDraws;
    }
  };
  const stats::BootstrapDraws draws = stats::counted_bootstrap(group_of, targets.size(), evaluate, options);
  parallel_for(static_cast<std::int64_t>(targets.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    if (std::isfinite(sample[place]))
      *targets[place] = stats::with_percentile_interval(sample[place], draws, place, options.coverage);
  });
  std::size_t place = 0;
  for (const Entry* entry : part) {
    for (stats::Estimate* target : entry->targets)
      if (!std::isfinite(sample[place++])) *target = stats::Estimate::undefined(entry->reason);
  }
  return draws.narrowness;
}

double ResampledEstimates::run(const std::vector<std::size_t>& group_of,
                               const stats::BootstrapOptions& options) {
  double narrowness = 1;
  for (const Part& part : parts()) {
    read_medians(part);
    narrowness = run(part, group_of, options);
    for (Entry* entry : part) entry->median = {};
  }
  return narrowness;
}

}  // namespace phasescope::intelliton
