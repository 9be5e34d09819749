#include "ct_job.h"

#include "ct_figures.h"

#include <utility>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json_list_file.h"
#include "phasescope/report/regime_json.h"

namespace phasescope::run {
namespace {

curvature::RunOptions run_options(const CtOptions& options, std::uint64_t seed, bool keep_steps) {
  curvature::RunOptions result;
  result.definition = options.definition;
  result.seed = seed;
  result.null_draws = options.null_draws;
  result.sensitivity = options.sensitivity;
  result.keep_steps = keep_steps;
  return result;
}

void check_layer(const CtOptions& options, std::int64_t points) {
  const auto layer = options.definition.layer;
  if (!layer || *layer < points) return;
  throw Error(ExitClass::usage, {"", "--ct-layer", std::nullopt, "found " + std::to_string(*layer),
                                 "a state point from 0 to " + std::to_string(points - 1)});
}

curvature::Bands bands_of(const CtOptions& options) {
  return curvature::read_bands(options.bands.empty() ? configs_folder() / "regimes/published.json"
                                                     : options.bands);
}

}  // namespace

CtJob::CtJob(const CtOptions& options, std::uint64_t seed, bool keep_steps,
             const std::vector<states::Sequence>& sequences, std::int64_t points)
    : options_(options),
      run_options_(run_options(options, seed, keep_steps)),
      bands_(bands_of(options)),
      observer_(run_options_, sequences) {
  check_layer(options, points);
}

curvature::RegimeReport CtJob::report(const std::vector<Generated>& generated,
                                      const std::optional<curvature::Decoding>& decoding) {
  curvature::ReportOptions options;
  options.run = run_options_;
  options.bands = bands_;
  options.bootstrap_draws = options_.bootstrap_draws;
  options.common_steps = options_.common_steps;
  options.decoding = decoding;
  std::vector<curvature::GeneratedSample> samples;
  for (const Generated& item : generated) {
    if (item.generates) samples.push_back({item.sequence, item.ids, item.blank});
  }
  return curvature::make_regime_report(observer_.take_results(), samples, options);
}

std::optional<curvature::Decoding> decoding_of(const RunOptions& options) {
  if (options.ct.definition.span == curvature::Span::prompt) return std::nullopt;
  const model::Sampling& sampling = options.sampling;
  return curvature::Decoding{options.max_new_tokens, sampling.temperature, sampling.top_k,
                             sampling.top_p,         sampling.min_p,       options.runs};
}

void summarise_regime(const curvature::RegimeReport& report, RunSummary& summary) {
  if (report.ratio.placement) summary.regime = report.ratio.placement->regime;
  summary.ratio_norm = report.ratio.median.value;
  summary.ratio_low = report.ratio.median.low;
  summary.ratio_high = report.ratio.median.high;
  summary.regime_sentence = report.survival.sentence;
  for (const curvature::RunResult& run : report.runs) {
    if (run.status == curvature::RunStatus::too_short) ++summary.too_short;
  }
}

void write_ct_files(const std::filesystem::path& folder, const curvature::RegimeReport& report,
                    const Json& model, const text::Tokenizer* tokenizer, bool with_steps) {
  write_json_with_list(
      folder / "regime.json", report::regime_without_runs(report, model), "runs", report.runs.size(),
      [&](std::size_t i) { return report::run_to_json(report.runs[i], report.options.bands); });
  const auto token_text = [&](std::int64_t id) {
    return tokenizer == nullptr ? std::string() : tokenizer->decode({id});
  };
  write_ct_figures(folder, report, model["name"].get<std::string>(), token_text);
  if (!with_steps) return;
  AtomicFile steps(folder / "steps.jsonl");
  for (const curvature::RunResult& run : report.runs)
    steps.write(report::steps_to_json(run, token_text).dump() + "\n");
  steps.commit();
}

}  // namespace phasescope::run
