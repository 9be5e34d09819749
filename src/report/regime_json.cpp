#include "phasescope/report/regime_json.h"

#include <cmath>
#include <optional>
#include <vector>

namespace phasescope::report {
namespace {

using curvature::RegimeReport;
using curvature::RunResult;
using curvature::RunStatistics;
using stats::Estimate;

/// Writes value or null, and the reason of a null.
template <class Value>
void put(Json& object, const std::string& key, const std::optional<Value>& value, const std::string& reason) {
  object[key] = value ? Json(*value) : Json(nullptr);
  if (!value) object[key + "_reason"] = reason;
}

/// The members of an estimate under the given names.
void put_estimate(Json& object, const Estimate& estimate, const std::string& value, const std::string& low,
                  const std::string& high) {
  put(object, value, estimate.value, estimate.reason);
  put(object, low, estimate.low, estimate.interval_reason);
  put(object, high, estimate.high, estimate.interval_reason);
}

Json estimate_json(const Estimate& estimate) {
  Json object;
  put_estimate(object, estimate, "value", "low", "high");
  return object;
}

Json regime_numbers(const curvature::RegimeNumbers& numbers, const curvature::Bands& bands,
                    const std::string& reason) {
  Json object;
  for (const auto& [name, value] : numbers) object[name] = value;
  if (!numbers.empty()) return object;
  for (const auto& regime : bands.regimes) put<double>(object, regime.name, std::nullopt, reason);
  return object;
}

void put_decoding(Json& object, const std::optional<curvature::Decoding>& decoding) {
  const auto member = [&](const char* key, auto number) {
    put(object, key, decoding ? std::optional((*decoding).*number) : std::nullopt, "nothing was generated");
  };
  member("max_new_tokens", &curvature::Decoding::max_new_tokens);
  member("temperature", &curvature::Decoding::temperature);
  member("top_k", &curvature::Decoding::top_k);
  member("top_p", &curvature::Decoding::top_p);
  member("min_p", &curvature::Decoding::min_p);
  member("runs", &curvature::Decoding::runs);
}

Json definition_json(const curvature::ReportOptions& options) {
  const curvature::Definition& definition = options.run.definition;
  Json object;
  object["norm"] = name_of(definition.norm);
  object["delta"] = name_of(definition.delta);
  object["curvature"] = name_of(definition.curvature);
  object["alignment"] = name_of(definition.alignment);
  object["span"] = name_of(definition.span);
  object["layer"] = definition.layer ? Json(*definition.layer) : Json("last");
  object["state_points"] = definition.state_point == curvature::StatePoint::post_norm ? "hf" : "raw";
  object["state_point"] = name_of(definition.state_point);
  object["skip"] = definition.skip;
  object["clip"] = name_of(definition.clip);
  put_decoding(object, options.decoding);
  object["seed"] = options.run.seed;
  object["bootstrap_draws"] = options.bootstrap_draws;
  object["null_draws"] = options.run.null_draws;
  return object;
}

Json reference_values(const RegimeReport& report) {
  Json object;
  object["chord_unrelated"] = *unrelated_delta(curvature::Definition{});
  object["turning_unrelated"] = *unrelated_curvature(curvature::Definition{});
  put(object, "delta_unrelated", report.delta.unrelated, report.delta.unrelated_reason);
  put(object, "curvature_unrelated", report.curvature.unrelated, report.curvature.unrelated_reason);
  return object;
}

/// One statistic after the other; all null with the run's reason when the run is not ok.
class StatisticsWriter {
 public:
  StatisticsWriter(Json& object, const RunResult& run) : object_(object), run_(run) {}

  void number(const std::string& key, double RunStatistics::*member) {
    put(object_, key, run_.statistics ? std::optional((*run_.statistics).*member) : std::nullopt,
        run_.reason);
  }
  void number(const std::string& key, std::optional<double> RunStatistics::*member,
              const std::string& reason) {
    put(object_, key, run_.statistics ? (*run_.statistics).*member : std::nullopt,
        run_.statistics ? reason : run_.reason);
  }

 private:
  Json& object_;
  const RunResult& run_;
};

void put_statistics(Json& object, const RunResult& run) {
  StatisticsWriter write(object, run);
  write.number("max", &RunStatistics::max);
  write.number("mean", &RunStatistics::mean);
  write.number("median", &RunStatistics::median);
  write.number("p95", &RunStatistics::p95);
  write.number("std", &RunStatistics::deviation);
  write.number("ratio_norm", &RunStatistics::ratio_norm, "the mean ct is 0");
  write.number("p95_over_median", &RunStatistics::p95_over_median, "the median ct is 0");
  put(object, "argmax", run.statistics ? std::optional(run.statistics->argmax) : std::nullopt, run.reason);
  write.number("late_ct", &RunStatistics::late_ct);
  write.number("debt_max", &RunStatistics::debt_max);
  write.number("debt_final", &RunStatistics::debt_final);
  write.number("mean_delta", &RunStatistics::mean_delta, "no step has a delta");
  write.number("mean_curvature", &RunStatistics::mean_curvature, "no step has a curvature");
}

Json null_json(const std::optional<curvature::NullComparison>& null, const curvature::NullMeans& means,
               const std::string& reason) {
  const auto member = [&](double curvature::NullComparison::*number) {
    return null ? std::optional((*null).*number) : std::nullopt;
  };
  Json object;
  put(object, "mean", member(&curvature::NullComparison::mean), reason);
  put(object, "low", member(&curvature::NullComparison::low), reason);
  put(object, "high", member(&curvature::NullComparison::high), reason);
  put(object, "p_value", member(&curvature::NullComparison::p_value), reason);
  put(object, "distinguishable", null ? std::optional(null->distinguishable()) : std::nullopt, reason);
  put(object, "mean_ct", means.mean_ct, reason);
  put(object, "late_ct", means.late_ct, reason);
  put(object, "mean_delta", means.mean_delta, reason);
  put(object, "mean_curvature", means.mean_curvature, reason);
  return object;
}

/// ratio_norm over its null's mean; the interval is that of the ratio over the null's own interval, so it
/// leaves out 1 exactly when the ratio is outside the null's.
Json run_excess(double ratio, const std::optional<curvature::NullComparison>& null,
                const std::string& reason) {
  Json object;
  const auto over = [&](double curvature::NullComparison::*number) {
    return null && (*null).*number > 0 ? std::optional(ratio / ((*null).*number)) : std::nullopt;
  };
  put(object, "value", over(&curvature::NullComparison::mean), reason);
  put(object, "low", over(&curvature::NullComparison::high), reason);
  put(object, "high", over(&curvature::NullComparison::low), reason);
  put(object, "side", null ? std::optional(std::string(name_of(null->side))) : std::nullopt, reason);
  return object;
}

Json layer_json(const curvature::LayerSummary& layer) {
  const char* reason = "no run has a value at this layer";
  Json object;
  object["layer"] = layer.layer;
  object["n_runs"] = layer.n_runs;
  put_estimate(object, layer.ratio_norm, "ratio_norm_median", "ratio_norm_low", "ratio_norm_high");
  put(object, "mean_ct", layer.mean_ct, reason);
  put(object, "mean_delta", layer.mean_delta, reason);
  put(object, "mean_curvature", layer.mean_curvature, reason);
  return object;
}

Json memory_json(const curvature::MemoryComparison& memory) {
  Json object = estimate_json(memory.observed);
  put(object, "unrelated", memory.unrelated, memory.unrelated_reason);
  put(object, "shuffled", memory.shuffled, "no run has a shuffled null");
  return object;
}

/// The regime of the median, the null's, and what tells them apart.
void put_ratio_summary(Json& object, const curvature::RatioSummary& ratio, const curvature::Bands& bands) {
  const std::string& reason = ratio.median.reason;
  const auto& placement = ratio.placement;
  object["n_runs"] = ratio.n_runs;
  object["n_prompts"] = ratio.n_prompts;
  Json& norm = object["ratio_norm"];
  put_estimate(norm, ratio.median, "median", "low", "high");
  put_estimate(norm, ratio.mean, "mean", "mean_low", "mean_high");
  norm["interval_narrowness"] = ratio.interval_narrowness;
  put(object, "regime", placement ? std::optional(placement->regime) : std::nullopt, reason);
  put(object, "published_interval", placement ? placement->interval : std::nullopt,
      placement ? "the median lies inside no published interval" : reason);
  put(object, "gap", placement ? std::optional(placement->gap()) : std::nullopt, reason);
  put(object, "distance_to_cut", placement ? std::optional(placement->distance_to_cut) : std::nullopt,
      reason);
  object["shares"] = regime_numbers(ratio.shares, bands, reason);
  object["confidence"] = regime_numbers(ratio.confidence, bands, ratio.confidence_reason);
  object["null_ratio_norm"] = estimate_json(ratio.null_median);
  put(object, "null_regime",
      ratio.null_placement ? std::optional(ratio.null_placement->regime) : std::nullopt,
      ratio.null_median.reason);
  object["ratio_excess"] = estimate_json(ratio.excess);
  put(object["ratio_excess"], "side",
      ratio.excess_side ? std::optional(std::string(name_of(*ratio.excess_side))) : std::nullopt,
      ratio.excess.interval_reason);
  put(object, "share_distinguishable", ratio.share_distinguishable(), "no run has a shuffled null");
  object["n_compared_with_null"] = ratio.n_compared;
  object["marks"] = Json::array();
  if (ratio.excess_side == curvature::Side::inside) {
    object["marks"].push_back("not_distinguishable_from_shuffled");
  }
}

Json summary_json(const RegimeReport& report) {
  Json object;
  put_ratio_summary(object, report.ratio, report.options.bands);
  put(object, "mean_ct", report.mean_ct, "no run is ok");
  put(object, "late_ct", report.late_ct, "no run is ok");
  put(object, "collapse_rate", report.collapse.rate, "no sample generated tokens");
  object["mean_delta"] = memory_json(report.delta);
  object["mean_curvature"] = memory_json(report.curvature);
  object["ratio_slope_on_log_n"] = estimate_json(report.slope);
  put(object["ratio_slope_on_log_n"], "r_squared", report.slope_r_squared,
      report.slope.value ? "the ratios do not differ" : report.slope.reason);
  put(object, "survives", report.survival.survives, "there is no regime");
  object["against"] = report.survival.against;
  object["verdict"] = report.survival.sentence;
  return object;
}

Json common_length_json(const RegimeReport& report) {
  const curvature::CommonLength& common = report.common_length;
  Json object;
  put(object, "steps", common.reason.empty() ? std::optional(common.steps) : std::nullopt, common.reason);
  object["source"] = common.chosen ? "chosen" : "25th percentile of run lengths";
  if (!common.reason.empty()) return object;
  put_ratio_summary(object, common.ratio, report.options.bands);
  put(object, "mean_ct", common.mean_ct, "no run is long enough");
  put(object, "late_ct", common.late_ct, "no run is long enough");
  object["ended_early"] = common.ended_early;
  return object;
}

Json growth_json(const RegimeReport& report) {
  Json rows = Json::array();
  for (const auto& row : report.by_length) {
    rows.push_back({{"n_steps", row.steps},
                    {"n_runs", row.n_runs},
                    {"ratio_norm_median", row.ratio_norm_median},
                    {"null_median", row.null_median}});
  }
  return rows;
}

Json sensitivity_json(const curvature::Sensitivity& sensitivity) {
  Json object{{"same_regime", sensitivity.same_regime}, {"total", sensitivity.total}};
  object["rows"] = Json::array();
  for (const auto& row : sensitivity.rows) {
    Json line{{"ct_id", row.ct_id}};
    put(line, "ratio_norm_median", row.ratio_norm_median, "no run has a ratio_norm under this definition");
    put(line, "regime", row.regime, "no run has a ratio_norm under this definition");
    object["rows"].push_back(std::move(line));
  }
  return object;
}

Json collapse_json(const curvature::CollapseReport& collapse) {
  Json object;
  object["n_samples"] = collapse.n_samples;
  object["n_collapsed"] = collapse.n_collapsed;
  put(object, "rate", collapse.rate, "no sample generated tokens");
  object["n_looping"] = collapse.n_looping;
  put(object, "looping_rate", collapse.looping_rate, "no sample generated tokens");
  const auto& matrix = collapse.predictor;
  object["predictor"] = {{"threshold", curvature::published_collapse_threshold},
                         {"n", matrix.total()},
                         {"tp", matrix.true_positive},
                         {"fp", matrix.false_positive},
                         {"fn", matrix.false_negative},
                         {"tn", matrix.true_negative}};
  object["auc"] = estimate_json(collapse.auc);
  put(object, "auc_all", collapse.auc_all, collapse.auc_all_reason);
  Json& held_out = object["held_out"];
  held_out["n_fitted"] = collapse.n_fitted;
  held_out["n_tested"] = collapse.n_tested;
  const auto& threshold = collapse.threshold;
  put(held_out, "threshold", threshold ? std::optional(threshold->value) : std::nullopt,
      collapse.threshold_reason);
  put(held_out, "youden_j", threshold ? std::optional(threshold->youden_j) : std::nullopt,
      collapse.threshold_reason);
  held_out["balanced_accuracy"] = estimate_json(collapse.balanced_accuracy);
  return object;
}

Json entropy_json(const curvature::EntropyStates& entropy) {
  const std::string reason = entropy.reason.empty() ? "there is no low episode" : entropy.reason;
  Json object;
  put(object, "q25", entropy.q25, reason);
  put(object, "q75", entropy.q75, reason);
  object["low_episodes"] = entropy.low_episodes;
  object["reopenings"] = entropy.reopenings;
  put(object, "rate", entropy.rate, reason);
  put(object, "shuffled_rate", entropy.shuffled_rate, reason);
  put(object, "shuffled_low", entropy.shuffled_low, reason);
  put(object, "shuffled_high", entropy.shuffled_high, reason);
  return object;
}

Json array_with_nulls(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(number_or_null(value));
  return array;
}

}  // namespace

Json bands_to_json(const curvature::Bands& bands) {
  Json object{{"name", bands.name}, {"source", bands.source}};
  object["intervals"] = Json::object();
  for (const auto& regime : bands.regimes) object["intervals"][regime.name] = {regime.low, regime.high};
  object["cuts"] = bands.cuts;
  return object;
}

Json run_to_json(const RunResult& run, const curvature::Bands& bands) {
  const auto null = run.null.at(run.n_steps);
  std::optional<double> ratio;
  if (run.statistics) ratio = run.statistics->ratio_norm;
  const std::string undefined_ratio = run.statistics ? "the mean ct is 0" : run.reason;
  const std::string undefined_null =
      ratio ? "the mean ct of every shuffled order is 0, or none was drawn" : undefined_ratio;
  Json object;
  object["id"] = run.id;
  object["run"] = run.run;
  object["category"] = run.category;
  object["status"] = name_of(run.status);
  if (!run.reason.empty()) object["reason"] = run.reason;
  object["n_steps"] = run.n_steps;
  put_statistics(object, run);
  put(object, "regime", ratio ? std::optional(bands.name_of(*ratio)) : std::nullopt, undefined_ratio);
  object["marks"] = Json::array();
  if (null && !null->distinguishable()) object["marks"].push_back("not_distinguishable_from_shuffled");
  object["null"] = null_json(null, run.null.means, undefined_null);
  object["ratio_excess"] = run_excess(ratio.value_or(0), null, undefined_null);
  object["dropped_states"] = run.dropped_states;
  return object;
}

Json regime_without_runs(const RegimeReport& report, const Json& model) {
  Json object;
  object["schema_version"] = 1;
  object["kind"] = "phasescope.regime";
  object["model"] = model;
  object["ct_id"] = ct_id(report.options.run.definition);
  object["definition"] = definition_json(report.options);
  object["reference_values"] = reference_values(report);
  object["summary"] = summary_json(report);
  object["common_length"] = common_length_json(report);
  object["growth_with_length"] = growth_json(report);
  object["layers"] = Json::array();
  for (const auto& layer : report.layers) object["layers"].push_back(layer_json(layer));
  object["sensitivity"] = report.sensitivity ? sensitivity_json(*report.sensitivity) : Json(nullptr);
  if (!report.sensitivity) object["sensitivity_reason"] = "not asked for";
  object["collapse"] = collapse_json(report.collapse);
  object["entropy_states"] = entropy_json(report.entropy);
  object["bands"] = bands_to_json(report.options.bands);
  object["runs"] = Json::array();
  return object;
}

Json regime_to_json(const RegimeReport& report, const Json& model) {
  Json object = regime_without_runs(report, model);
  for (const RunResult& run : report.runs) object["runs"].push_back(run_to_json(run, report.options.bands));
  return object;
}

Json steps_to_json(const RunResult& run, const TokenText& token_text) {
  const curvature::RunSteps& steps = run.steps;
  Json ids = Json::array();
  Json texts = Json::array();
  for (const std::int64_t token : steps.token_ids) {
    ids.push_back(token < 0 ? Json(nullptr) : Json(token));
    texts.push_back(token < 0 || !token_text ? Json(nullptr) : Json(token_text(token)));
  }
  Json object{{"id", run.id}, {"run", run.run}, {"positions", steps.positions}};
  object["token_ids"] = std::move(ids);
  object["tokens"] = std::move(texts);
  object["ct"] = array_with_nulls(steps.ct);
  object["delta"] = array_with_nulls(steps.delta);
  object["curvature"] = array_with_nulls(steps.curvature);
  object["top1"] = array_with_nulls(steps.top1);
  object["margin"] = array_with_nulls(steps.margin);
  object["entropy"] = array_with_nulls(steps.entropy);
  return object;
}

}  // namespace phasescope::report
