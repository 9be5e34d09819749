#include "phasescope/curvature/bands.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

Bands::Regime parse_regime(const JsonObject& object) {
  const std::vector<double> interval = object.numbers("interval");
  if (interval.size() != 2 || !(interval[0] <= interval[1]) || !(interval[0] > 0)) {
    object.fail("interval", "found " + object.json().at("interval").dump(), "two ascending positive numbers");
  }
  return {object.text("name"), interval[0], interval[1]};
}

void check_names(const Bands& bands, const JsonObject& object) {
  std::set<std::string> names;
  for (const auto& regime : bands.regimes) {
    if (!names.insert(regime.name).second) object.fail("regimes", "'" + regime.name + "' occurs twice");
  }
  if (names.size() < 2) object.fail("regimes", "fewer than two", "at least two regimes");
}

/// Each cut has to lie between the intervals that it separates.
void check_cuts(const Bands& bands, const JsonObject& object) {
  if (bands.cuts.size() + 1 != bands.regimes.size()) {
    object.fail("cuts", "found " + std::to_string(bands.cuts.size()), "one between each two regimes");
  }
  for (std::size_t i = 0; i < bands.cuts.size(); ++i) {
    if (!(bands.regimes[i].high <= bands.cuts[i] && bands.cuts[i] <= bands.regimes[i + 1].low)) {
      object.fail(
          "cuts[" + std::to_string(i) + "]", "found " + Json(bands.cuts[i]).dump(),
          "a number between the intervals of " + bands.regimes[i].name + " and " + bands.regimes[i + 1].name);
    }
  }
}

/// Sums of squares about the mean of sorted values [first, end), from running sums.
class SpreadWithin {
 public:
  explicit SpreadWithin(const std::vector<double>& values) : sum_(1, 0), squares_(1, 0) {
    for (const double value : values) {
      sum_.push_back(sum_.back() + value);
      squares_.push_back(squares_.back() + value * value);
    }
  }
  double operator()(std::size_t first, std::size_t end) const {
    const double sum = sum_[end] - sum_[first];
    return squares_[end] - squares_[first] - sum * sum / static_cast<double>(end - first);
  }

 private:
  std::vector<double> sum_;
  std::vector<double> squares_;
};

/// First index of each group but the first, by dynamic programming over the number of groups.
std::vector<std::size_t> best_partition(const std::vector<double>& values, std::size_t groups) {
  const std::size_t n = values.size();
  const SpreadWithin spread(values);
  constexpr double impossible = std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> cost(groups + 1, std::vector<double>(n + 1, impossible));
  std::vector<std::vector<std::size_t>> start(groups + 1, std::vector<std::size_t>(n + 1, 0));
  cost[0][0] = 0;
  for (std::size_t g = 1; g <= groups; ++g) {
    for (std::size_t end = g; end <= n; ++end) {
      for (std::size_t first = g - 1; first < end; ++first) {
        const double total = cost[g - 1][first] + spread(first, end);
        if (total < cost[g][end]) {
          cost[g][end] = total;
          start[g][end] = first;
        }
      }
    }
  }
  std::vector<std::size_t> starts;
  for (std::size_t g = groups, end = n; g > 1; --g) starts.insert(starts.begin(), end = start[g][end]);
  return starts;
}

}  // namespace

std::size_t Bands::regime_of(double ratio) const {
  return static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), ratio) - cuts.begin());
}

Placement place(double ratio, const Bands& bands) {
  Placement placement;
  placement.regime = bands.name_of(ratio);
  for (const auto& regime : bands.regimes) {
    if (ratio >= regime.low && ratio <= regime.high) placement.interval = regime.name;
  }
  placement.distance_to_cut = std::numeric_limits<double>::infinity();
  for (const double cut : bands.cuts) {
    placement.distance_to_cut = std::min(placement.distance_to_cut, std::abs(ratio - cut));
  }
  return placement;
}

Bands parse_bands(const Json& json, const std::string& file) {
  const JsonObject object(json, file);
  object.integer("schema_version", 1, 1);
  Bands bands;
  bands.name = object.text("name");
  bands.source = object.text("source");
  const Json& regimes = object.array("regimes");
  for (std::size_t i = 0; i < regimes.size(); ++i) {
    bands.regimes.push_back(parse_regime({regimes[i], file, "regimes[" + std::to_string(i) + "]"}));
  }
  bands.cuts = object.numbers("cuts");
  check_names(bands, object);
  check_cuts(bands, object);
  return bands;
}

Bands read_bands(const std::filesystem::path& file) {
  return parse_bands(read_json_file(file), file.string());
}

Bands fit_bands(std::vector<double> ratios, const std::vector<std::string>& names,
                const std::string& source) {
  std::sort(ratios.begin(), ratios.end());
  const std::set<double> distinct(ratios.begin(), ratios.end());
  if (names.size() < 2 || distinct.size() < names.size() || !(ratios.front() > 0)) {
    throw Error(ExitClass::usage, "bands cannot be fitted: found " + std::to_string(distinct.size()) +
                                      " distinct ratios, expected at least one positive ratio for each of " +
                                      std::to_string(names.size()) + " regimes (two at least)");
  }
  std::vector<double> logs;
  for (const double ratio : ratios) logs.push_back(std::log(ratio));
  std::vector<std::size_t> bounds = best_partition(logs, names.size());
  bounds.insert(bounds.begin(), 0);
  bounds.push_back(ratios.size());
  Bands bands{"fitted", source, {}, {}};
  for (std::size_t g = 0; g < names.size(); ++g) {
    bands.regimes.push_back({names[g], ratios[bounds[g]], ratios[bounds[g + 1] - 1]});
    if (g > 0) bands.cuts.push_back((bands.regimes[g - 1].high + bands.regimes[g].low) / 2);
  }
  return bands;
}

}  // namespace phasescope::curvature
