#include "phasescope/run/verify.h"

#include <cstdio>

#include "phasescope/base/threads.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/run/model_library.h"
#include "phasescope/states/oracle_file.h"

namespace phasescope::run {
namespace {

std::string number_text(const std::optional<double>& value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", *value);
  return text;
}

std::string point_line(const states::PointDifference& point) {
  const std::string name = point.after_final_norm ? "final" : std::to_string(point.point);
  char line[160];
  std::snprintf(line, sizeof line, "%-6s %12s %12s %12s   prompt %lld, position %lld\n", name.c_str(),
                number_text(point.largest).c_str(), number_text(point.relative).c_str(),
                number_text(point.token_relative).c_str(), static_cast<long long>(point.worst_prompt),
                static_cast<long long>(point.worst_position));
  return line;
}

}  // namespace

states::OracleComparison verify_model(const VerifyOptions& options) {
  set_thread_count(options.threads);
  const states::OracleFile oracle(options.oracle);
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(options.model);
  const std::unique_ptr<model::LanguageModel> model = model_library().open(checkpoint, options.device);
  std::vector<model::PromptTokens> prompts;
  for (const states::OraclePrompt& prompt : oracle.prompts()) {
    prompts.push_back({static_cast<std::int64_t>(prompts.size()), prompt.ids,
                       static_cast<std::int64_t>(prompt.greedy.size())});
  }
  model::BatchOptions batch;
  batch.final_states = model::FinalStates::both;
  states::StateComparison comparison(oracle);
  for (const model::SequenceResult& result : model->run(prompts, batch, {&comparison})) {
    comparison.add_continuation(result.sequence, result.generated_ids);
  }
  return comparison.result(options.tolerances);
}

std::string comparison_text(const states::OracleComparison& comparison) {
  std::string text = "point       largest     of point     of token   worst\n";
  for (const states::PointDifference& point : comparison.points) text += point_line(point);
  const auto different = static_cast<std::int64_t>(comparison.greedy.size());
  text += "greedy continuations equal: " + std::to_string(comparison.continuations - different) + " of " +
          std::to_string(comparison.continuations) + "\n";
  for (const std::string& failure : comparison.failures) text += "failed: " + failure + "\n";
  return text + (comparison.passed() ? "the model agrees with the oracle\n"
                                     : "the model does NOT agree with the oracle\n");
}

}  // namespace phasescope::run
