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
  /// A collapsed run is expected to have the smaller late_ct.
  std::vector<double> scores() const {
    std::vector<double> negative;
    for (const double value : late_ct) negative.push_back(-value);
    return negative;
  }
  std::optional<double> auc() const { return stats::area_under_curve(scores(), collapsed); }
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

/// AUC and balanced accuracy of samples, each counted several times.
class WeightedTest {
 public:
  WeightedTest(const Labelled& samples, const std::optional<stats::Threshold>& threshold)
      : samples_(samples), threshold_(threshold), ranked_(samples.scores()) {}

  struct Result {
    double auc = 0;
    double accuracy = 0;
  };
  /// `weight_of`(i): how often sample i counts.
  template <class WeightOf>
  Result operator()(WeightOf weight_of) const {
    std::vector<double> collapsed(samples_.size()), others(samples_.size());
    stats::ConfusionMatrix matrix;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const std::size_t weight = weight_of(i);
      (samples_.collapsed[i] ? collapsed : others)[i] = static_cast<double>(weight);
      if (threshold_) count(samples_.late_ct[i] < threshold_->value, samples_.collapsed[i], weight, matrix);
    }
    return {or_nan(ranked_.area_under_curve(collapsed, others)), or_nan(matrix.balanced_accuracy())};
  }

 private:
  static void count(bool predicted, bool collapsed, std::size_t weight, stats::ConfusionMatrix& matrix) {
    if (collapsed) {
      (predicted ? matrix.true_positive : matrix.false_negative) += weight;
    } else {
      (predicted ? matrix.false_positive : matrix.true_negative) += weight;
    }
  }

  const Labelled& samples_;
  const std::optional<stats::Threshold>& threshold_;
  stats::RankedScores ranked_;
};

/// Samples are drawn within their class.
PromptResampling resampling_of(const Labelled& samples) {
  PromptResampling resampling;
  for (std::size_t i = 0; i < samples.size(); ++i)
    resampling.add(samples.collapsed[i] ? "collapsed" : "other", samples.prompts[i]);
  return resampling;
}

void test_on_held_out(CollapseReport& report, const Labelled& test, const stats::BootstrapOptions& options) {
  std::string reason = missing_class(test);
  if (!reason.empty()) {
    reason += " among prompts of odd index";
    report.auc = report.balanced_accuracy = stats::Estimate::undefined(reason);
  } else {
    const WeightedTest tested(test, report.threshold);
    const auto observed = tested([](std::size_t) { return 1; });
    const auto draws = resampling_of(test).counted_bootstrap(
        2,
        [&](const stats::DrawCounts& counts, double* values) {
          for (std::size_t draw = 0; draw < counts.draws; ++draw) {
            const auto drawn = tested([&](std::size_t i) { return counts.of(i)[draw]; });
            values[draw] = drawn.auc;
            values[stats::DrawCounts::kDraws + draw] = drawn.accuracy;
          }
        },
        options);
    report.auc = stats::with_percentile_interval(observed.auc, draws, 0, options.coverage);
    report.balanced_accuracy = stats::with_percentile_interval(observed.accuracy, draws, 1, options.coverage);
  }
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
