#include "phasescope/curvature/collapse.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "phasescope/curvature/prompt_resampling.h"

namespace phasescope::curvature {
namespace {

/// late_ct and observed class of some samples.
struct Labelled {
  std::vector<double> late_ct;
  std::vector<bool> collapsed;
  std::vector<std::int64_t> prompts;

  void add(const CollapseCase& item) {
    late_ct.push_back(*item.late_ct);
    collapsed.push_back(item.collapsed);
    prompts.push_back(item.prompt);
  }
  std::size_t size() const { return late_ct.size(); }
  Labelled at(const std::vector<std::size_t>& items) const {
    Labelled chosen;
    for (const std::size_t item : items) {
      chosen.late_ct.push_back(late_ct[item]);
      chosen.collapsed.push_back(collapsed[item]);
      chosen.prompts.push_back(prompts[item]);
    }
    return chosen;
  }
  /// A collapsed run is expected to have the smaller late_ct.
  std::optional<double> auc() const {
    std::vector<double> scores;
    for (const double value : late_ct) scores.push_back(-value);
    return stats::area_under_curve(scores, collapsed);
  }
};

std::string missing_class(const Labelled& samples) {
  const auto collapsed = std::count(samples.collapsed.begin(), samples.collapsed.end(), true);
  if (samples.size() == 0) return "no samples";
  if (collapsed == 0) return "no sample collapsed";
  if (collapsed == static_cast<std::ptrdiff_t>(samples.size())) return "every sample collapsed";
  return {};
}

double or_nan(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

std::vector<double> test_statistics(const Labelled& samples,
                                    const std::optional<stats::Threshold>& threshold) {
  std::optional<double> accuracy;
  if (threshold) {
    accuracy =
        stats::confusion_below(samples.late_ct, samples.collapsed, threshold->value).balanced_accuracy();
  }
  return {or_nan(samples.auc()), or_nan(accuracy)};
}

void test_on_held_out(CollapseReport& report, const Labelled& test, const stats::BootstrapOptions& options) {
  const std::string reason = missing_class(test);
  const std::vector<double> observed = test_statistics(test, report.threshold);
  PromptResampling resampling;
  for (std::size_t i = 0; i < test.size(); ++i)
    resampling.add(test.collapsed[i] ? "collapsed" : "other", test.prompts[i]);
  const auto draws = resampling.bootstrap(
      [&](const auto& items) { return test_statistics(test.at(items), report.threshold); }, options);
  const auto estimate = [&](std::size_t statistic, const std::string& why) {
    if (!why.empty()) return stats::Estimate::undefined(why + " among prompts of odd index");
    return stats::with_percentile_interval(observed[statistic], draws, statistic, options.coverage);
  };
  report.auc = estimate(0, reason);
  report.balanced_accuracy = estimate(1, reason);
  if (!report.threshold) report.balanced_accuracy = stats::Estimate::undefined(report.threshold_reason);
}

}  // namespace

bool is_silent_collapse(const GeneratedSample& sample) {
  if (sample.blank) return true;
  const std::size_t count = sample.token_ids.size();
  const std::size_t tail = std::max<std::size_t>(4, (count + 3) / 4);
  if (count < tail) return false;
  return std::all_of(sample.token_ids.end() - static_cast<std::ptrdiff_t>(tail), sample.token_ids.end(),
                     [&](std::int64_t token) { return token == sample.token_ids.back(); });
}

CollapseReport collapse_report(const std::vector<CollapseCase>& cases,
                               const stats::BootstrapOptions& options) {
  CollapseReport report;
  Labelled all;
  Labelled fit;
  Labelled test;
  for (const CollapseCase& item : cases) {
    ++report.n_samples;
    if (item.collapsed) ++report.n_collapsed;
    if (item.loops) ++report.n_looping;
    if (!item.late_ct) continue;
    all.add(item);
    (item.prompt % 2 == 0 ? fit : test).add(item);
  }
  if (report.n_samples > 0) {
    report.rate = static_cast<double>(report.n_collapsed) / static_cast<double>(report.n_samples);
    report.looping_rate = static_cast<double>(report.n_looping) / static_cast<double>(report.n_samples);
  }
  report.predictor = stats::confusion_below(all.late_ct, all.collapsed, published_collapse_threshold);
  report.auc_all = all.auc();
  report.auc_all_reason = missing_class(all);
  report.n_fitted = fit.size();
  report.n_tested = test.size();
  report.threshold = stats::youden_threshold(fit.late_ct, fit.collapsed);
  if (!report.threshold) {
    const std::string missing = missing_class(fit);
    report.threshold_reason =
        (missing.empty() ? "all samples have one late_ct" : missing) + " among prompts of even index";
  }
  test_on_held_out(report, test, options);
  return report;
}

}  // namespace phasescope::curvature
