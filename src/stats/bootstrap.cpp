#include "phasescope/stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "phasescope/base/threads.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::stats {
namespace {

using Groups = std::vector<std::vector<std::size_t>>;

Groups members_of(const std::vector<std::size_t>& group_of) {
  Groups groups;
  for (std::size_t item = 0; item < group_of.size(); ++item) {
    if (group_of[item] >= groups.size()) groups.resize(group_of[item] + 1);
    groups[group_of[item]].push_back(item);
  }
  groups.erase(std::remove_if(groups.begin(), groups.end(), [](const auto& group) { return group.empty(); }),
               groups.end());
  return groups;
}

/// Clusters drawn with replacement within their group, taken apart into items.
std::vector<std::size_t> resample(const Groups& groups, const Groups& clusters, RandomStream stream) {
  std::vector<std::size_t> items;
  for (const auto& group : groups) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto& cluster = clusters[group[static_cast<std::size_t>(stream.below(group.size()))]];
      items.insert(items.end(), cluster.begin(), cluster.end());
    }
  }
  return items;
}

std::vector<std::size_t> counting(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = i;
  return numbers;
}

/// The group of each cluster, which is that of its items.
std::vector<std::size_t> groups_of_clusters(const std::vector<std::size_t>& group_of,
                                            const Groups& clusters) {
  std::vector<std::size_t> groups;
  for (const auto& cluster : clusters) groups.push_back(group_of[cluster.front()]);
  return groups;
}

std::vector<std::vector<double>> transposed(const std::vector<std::vector<double>>& rows) {
  std::vector<std::vector<double>> columns(rows.empty() ? 0 : rows.front().size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (const auto& row : rows) columns[c].push_back(row[c]);
  }
  return columns;
}

/// What is undefined about resampling units of groups, and else how much too narrow intervals come out.
BootstrapDraws without_values(std::size_t units, std::size_t groups) {
  if (units == 0) return {{}, "there is nothing to resample", 1};
  const auto count = static_cast<double>(units);
  const double narrowness = std::sqrt((count - static_cast<double>(groups)) / count);
  if (narrowness == 0) return {{}, "each group has one item: resampling within groups changes nothing", 0};
  return {{}, {}, narrowness};
}

/// The items of one draw, counted into column `place`.
void count_draw(const Groups& groups, RandomStream stream, std::size_t place, DrawCounts& counts) {
  for (const auto& group : groups) {
    for (std::size_t i = 0; i < group.size(); ++i)
      ++counts
            .counts[group[static_cast<std::size_t>(stream.below(group.size()))] * DrawCounts::kDraws + place];
  }
}

}  // namespace

BootstrapDraws counted_bootstrap(const std::vector<std::size_t>& group_of, std::size_t statistics,
                                 const CountedStatistics& evaluate, const BootstrapOptions& options) {
  constexpr std::size_t width = DrawCounts::kDraws;
  const Groups groups = members_of(group_of);
  BootstrapDraws result = without_values(group_of.size(), groups.size());
  if (!result.reason.empty()) return result;
  result.values.assign(statistics, std::vector<double>(options.draws));
  parallel_for(static_cast<std::int64_t>((options.draws + width - 1) / width), [&](std::int64_t block) {
    const std::size_t first = static_cast<std::size_t>(block) * width;
    DrawCounts counts{std::min(width, options.draws - first),
                      std::vector<std::uint32_t>(group_of.size() * width)};
    for (std::size_t i = 0; i < counts.draws; ++i)
      count_draw(groups, RandomStream(stream_key(options.seed, options.purpose, first + i)), i, counts);
    std::vector<double> values(statistics * width);
    evaluate(counts, values.data());
    for (std::size_t s = 0; s < statistics; ++s)
      std::copy_n(values.data() + s * width, counts.draws, result.values[s].data() + first);
  });
  return result;
}

BootstrapDraws stratified_bootstrap(const std::vector<std::size_t>& group_of,
                                    const ResampleStatistics& statistics, const BootstrapOptions& options) {
  return clustered_bootstrap(group_of, counting(group_of.size()), statistics, options);
}

BootstrapDraws clustered_bootstrap(const std::vector<std::size_t>& group_of,
                                   const std::vector<std::size_t>& cluster_of,
                                   const ResampleStatistics& statistics, const BootstrapOptions& options) {
  const Groups clusters = members_of(cluster_of);
  const Groups groups = members_of(groups_of_clusters(group_of, clusters));
  BootstrapDraws result = without_values(clusters.size(), groups.size());
  if (!result.reason.empty()) return result;
  std::vector<std::vector<double>> draws(options.draws);
  parallel_for(static_cast<std::int64_t>(options.draws), [&](std::int64_t i) {
    const auto draw = static_cast<std::size_t>(i);
    draws[draw] =
        statistics(resample(groups, clusters, RandomStream(stream_key(options.seed, options.purpose, draw))));
  });
  result.values = transposed(draws);
  return result;
}

Estimate with_percentile_interval(double value, const BootstrapDraws& draws, std::size_t statistic,
                                  double coverage) {
  Estimate estimate;
  estimate.value = value;
  estimate.interval_reason = draws.reason;
  if (!draws.reason.empty()) return estimate;
  std::vector<double> defined;
  for (const double draw : draws.values.at(statistic)) {
    if (std::isfinite(draw)) defined.push_back(draw);
  }
  if (defined.empty()) {
    estimate.interval_reason = "undefined in every resample";
    return estimate;
  }
  estimate.low = quantile(defined, (1 - coverage) / 2);
  estimate.high = quantile(std::move(defined), (1 + coverage) / 2);
  return estimate;
}

std::vector<std::size_t> group_numbers(const std::vector<std::string>& names) {
  std::unordered_map<std::string, std::size_t> known;
  std::vector<std::size_t> numbers;
  numbers.reserve(names.size());
  for (const auto& name : names) numbers.push_back(known.emplace(name, known.size()).first->second);
  return numbers;
}

}  // namespace phasescope::stats
