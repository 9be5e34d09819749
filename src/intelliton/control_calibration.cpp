#include "phasescope/intelliton/control_calibration.h"

#include "resampled_estimates.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "phasescope/base/threads.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"
#include "phasescope/stats/roc.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

struct Comparisons {
  std::vector<const PairSignature*> signatures;  // pairs, then controls
  std::vector<bool> is_pair;
  std::vector<std::string> category;
};

void append(Comparisons& all, const std::vector<ComparedPair>& some, bool is_pair) {
  for (const ComparedPair& pair : some) {
    if (!pair.signature) continue;
    all.signatures.push_back(&*pair.signature);
    all.is_pair.push_back(is_pair);
    all.category.push_back(pair.pair.category);
  }
}

struct Statistic {
  const char* name;
  std::function<double(const PairSignature&)> value;
};

const std::vector<Statistic>& statistics() {
  static const std::vector<Statistic> list{
      {"divergence_peak", [](const PairSignature& s) { return s.decay_strength; }},
      {"divergence_mean", [](const PairSignature& s) { return s.spectral_divergence.mean(); }},
      {"entropy_gap", [](const PairSignature& s) { return s.entropy_gap.mean(); }},
      {"tunneling_score", [](const PairSignature& s) { return s.tunneling_score; }},
      {"mode_instability", [](const PairSignature& s) { return 1 - s.common_stability; }}};
  return list;
}

std::vector<double> values_where(const std::vector<double>& values, const std::vector<bool>& is_pair,
                                 bool wanted) {
  std::vector<double> chosen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_pair[i] == wanted) chosen.push_back(values[i]);
  }
  return chosen;
}

/// Each control against the threshold that the others set; nothing with fewer than two.
std::optional<double> held_out_alarms(const std::vector<double>& controls, double rate) {
  if (controls.size() < 2) return std::nullopt;
  std::size_t alarms = 0;
  for (std::size_t i = 0; i < controls.size(); ++i) {
    std::vector<double> others = controls;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    alarms += controls[i] > stats::quantile(std::move(others), 1 - rate) ? 1 : 0;
  }
  return static_cast<double>(alarms) / static_cast<double>(controls.size());
}

/// Each value counts `counts` times, as one of its kind.
double resampled_auc(const stats::RankedScores& values, const std::vector<bool>& is_pair,
                     const VectorXd& counts) {
  std::vector<double> pairs(is_pair.size()), controls(is_pair.size());
  for (std::size_t i = 0; i < is_pair.size(); ++i)
    (is_pair[i] ? pairs : controls)[i] = counts(static_cast<Index>(i));
  return values.area_under_curve(pairs, controls).value_or(ResampledEstimates::undefined);
}

double resampled_flag_rate(const std::vector<double>& values, const std::vector<bool>& is_pair,
                           double threshold, const VectorXd& counts) {
  double flagged = 0, pairs = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_pair[i]) continue;
    pairs += counts(static_cast<Index>(i));
    flagged += values[i] > threshold ? counts(static_cast<Index>(i)) : 0;
  }
  return pairs > 0 ? flagged / pairs : ResampledEstimates::undefined;
}

/// Places of comparisons by category, categories by name.
std::vector<std::vector<std::size_t>> places_by_category(const Comparisons& all) {
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < all.category.size(); ++i) members[all.category[i]].push_back(i);
  std::vector<std::vector<std::size_t>> groups;
  for (auto& [category, places] : members) groups.push_back(std::move(places));
  return groups;
}

/// One random relabelling that keeps how many pairs each category has.
std::vector<bool> permuted_labels(const Comparisons& all, const std::vector<std::vector<std::size_t>>& groups,
                                  stats::RandomStream& stream) {
  std::vector<bool> labels(all.is_pair.size());
  for (const auto& places : groups) {
    const auto order = stats::random_permutation(places.size(), stream);
    for (std::size_t i = 0; i < places.size(); ++i) labels[places[i]] = all.is_pair[places[order[i]]];
  }
  return labels;
}

double permutation_p_value(const Comparisons& all, const stats::RankedScores& values, double observed,
                           const std::string& name, const CalibrationOptions& options) {
  const auto groups = places_by_category(all);
  const std::string purpose = "pair permutation " + name;
  const VectorXd once = VectorXd::Ones(static_cast<Index>(all.is_pair.size()));
  std::vector<char> reached(options.permutations);
  parallel_for(static_cast<std::int64_t>(options.permutations), [&](std::int64_t i) {
    const auto draw = static_cast<std::size_t>(i);
    stats::RandomStream stream(stats::stream_key(options.seed, purpose, draw));
    const double auc = resampled_auc(values, permuted_labels(all, groups, stream), once);
    reached[draw] = auc >= observed - 1e-12 ? 1 : 0;
  });
  const auto count = std::count(reached.begin(), reached.end(), 1);
  return static_cast<double>(1 + count) / static_cast<double>(options.permutations + 1);
}

/// Pairs and controls are resampled within their category, each kind for itself.
std::vector<std::size_t> strata(const Comparisons& all) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.category.size(); ++i)
    names.push_back(all.category[i] + (all.is_pair[i] ? "|p" : "|c"));
  return stats::group_numbers(names);
}

CalibratedFlag undefined_flag(CalibratedFlag flag, const std::string& reason) {
  flag.reason = reason;
  flag.flag_rate = flag.auc = stats::Estimate::undefined(reason);
  return flag;
}

CalibratedFlag calibrate(const Comparisons& all, const Statistic& statistic,
                         const CalibrationOptions& options) {
  std::vector<double> values;
  for (const PairSignature* signature : all.signatures) values.push_back(statistic.value(*signature));
  const std::vector<double> controls = values_where(values, all.is_pair, false);
  CalibratedFlag flag;
  flag.name = statistic.name;
  flag.controls = controls.size();
  flag.pairs = values.size() - controls.size();
  if (flag.pairs == 0) return undefined_flag(flag, "no pair was compared");
  if (flag.controls == 0) return undefined_flag(flag, "no two grounded prompts share a category");
  const double threshold = stats::quantile(controls, 1 - options.false_alarm_rate);
  flag.threshold = threshold;
  flag.false_alarm_rate = held_out_alarms(controls, options.false_alarm_rate);
  const stats::RankedScores ranked(values);
  ResampledEstimates estimates;
  estimates.add(flag.auc, "no pair",
                [&](const VectorXd& counts) { return resampled_auc(ranked, all.is_pair, counts); });
  estimates.add(flag.flag_rate, "no pair", [&](const VectorXd& counts) {
    return resampled_flag_rate(values, all.is_pair, threshold, counts);
  });
  estimates.run(strata(all), {options.draws, options.seed, flag.name, 0.95});
  if (flag.auc.value) flag.p_value = permutation_p_value(all, ranked, *flag.auc.value, flag.name, options);
  return flag;
}

}  // namespace

std::vector<CalibratedFlag> calibrate_flags(const std::vector<ComparedPair>& pairs,
                                            const std::vector<ComparedPair>& controls,
                                            const CalibrationOptions& options) {
  Comparisons all;
  append(all, pairs, true);
  append(all, controls, false);
  std::vector<CalibratedFlag> flags;
  for (const Statistic& statistic : statistics()) flags.push_back(calibrate(all, statistic, options));
  return flags;
}

}  // namespace phasescope::intelliton
