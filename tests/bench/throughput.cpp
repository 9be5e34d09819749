// Tokens per second of a model on a device, every layer's states brought to the host, or read by the species
// analysis: prompts of random tokens in one batch, then tokens generated after each. Prints one JSON line:
// medians over rounds, and all of them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "phasescope/base/memory.h"
#include "phasescope/base/threads.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

struct Setting {
  std::string model;
  ModelOptions options;
  std::int64_t prompts = 32;
  std::int64_t tokens = 128;
  std::int64_t new_tokens = 32;
  int rounds = 5;
  int threads = 0;
  bool species = false;
};

/// Counts what it is shown, so that nothing can be left out.
class Counter : public states::Observer {
 public:
  void observe(const states::StateView& view) override { rows += view.states.rows(); }
  std::int64_t rows = 0;
};

/// Fields of all prompts.
intelliton::FieldObserver species_of(const Setting& setting) {
  std::vector<states::Sequence> sequences(static_cast<std::size_t>(setting.prompts));
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    sequences[i].index = static_cast<std::int64_t>(i);
    sequences[i].category = "random";
    sequences[i].name = "random/" + std::to_string(i);
    sequences[i].prompt_tokens = setting.tokens;
  }
  return {sequences, {}, false};
}

std::vector<PromptTokens> random_prompts(const Setting& setting, std::int64_t vocabulary,
                                         std::int64_t new_tokens) {
  std::mt19937 bits(1);
  std::vector<PromptTokens> prompts;
  for (std::int64_t p = 0; p < setting.prompts; ++p) {
    PromptTokens prompt{p, {}, new_tokens};
    for (std::int64_t t = 0; t < setting.tokens; ++t)
      prompt.ids.push_back(static_cast<std::int64_t>(bits()) % vocabulary);
    prompts.push_back(prompt);
  }
  return prompts;
}

struct Round {
  double seconds = 0;
  std::int64_t generated = 0;
};

Round run_once(LanguageModel& model, const Setting& setting, const checkpoint::Architecture& architecture,
               std::int64_t new_tokens) {
  using Clock = std::chrono::steady_clock;
  BatchOptions options;
  options.prompt_likelihood = false;
  Counter counter;
  intelliton::FieldObserver species = species_of(setting);
  const std::vector<states::Observer*> observers = {setting.species ? static_cast<states::Observer*>(&species)
                                                                    : &counter};
  const Clock::time_point start = Clock::now();
  const auto results =
      model.run(random_prompts(setting, architecture.vocabulary, new_tokens), options, observers);
  Round round{std::chrono::duration<double>(Clock::now() - start).count(), 0};
  for (const SequenceResult& result : results)
    round.generated += static_cast<std::int64_t>(result.generated_ids.size());
  const std::int64_t passed = setting.prompts * setting.tokens + (new_tokens > 0 ? round.generated : 0);
  if (setting.species) {
    if (species.take_categories().at(0).prompts.size() != static_cast<std::size_t>(setting.prompts))
      throw std::runtime_error("fields are missing");
  } else if (counter.rows < (passed - setting.prompts) * architecture.points())
    throw std::runtime_error("states are missing");
  return round;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

nlohmann::json measure(const Setting& setting) {
  set_thread_count(setting.threads);
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(setting.model);
  const auto start = std::chrono::steady_clock::now();
  const auto model = phasescope_model_library()->open(checkpoint, setting.options);
  const auto& architecture = checkpoint.architecture();
  run_once(*model, setting, architecture, 2);  // loads what loads at first use
  const double ready = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<double> prompt_rates, new_rates;
  for (int r = 0; r < setting.rounds; ++r) {
    const Round prompts = run_once(*model, setting, architecture, 0);
    prompt_rates.push_back(static_cast<double>(setting.prompts * setting.tokens) / prompts.seconds);
    if (setting.new_tokens == 0) continue;
    const Round both = run_once(*model, setting, architecture, setting.new_tokens);
    new_rates.push_back(static_cast<double>(both.generated) / (both.seconds - prompts.seconds));
  }
  nlohmann::json result = {{"model", checkpoint.name()},
                           {"device", model->device()},
                           {"dtype", model->dtype()},
                           {"bfloat16_terms", setting.options.bfloat16_terms},
                           {"species", setting.species},
                           {"prompts", setting.prompts},
                           {"tokens", setting.tokens},
                           {"seconds_until_ready", ready},
                           {"prompt_tokens_per_second", median(prompt_rates)},
                           {"prompt_rounds", prompt_rates},
                           {"peak_resident_bytes", peak_resident_memory()}};
  if (!new_rates.empty()) {
    result["new_tokens_per_second"] = median(new_rates);
    result["new_rounds"] = new_rates;
  }
  return result;
}

}  // namespace
}  // namespace phasescope::model

int main(int count, char** arguments) {
  phasescope::model::Setting setting;
  CLI::App program("Tokens per second of a model on a device, and of the analyses of its states");
  program.add_option("model", setting.model)->required();
  program.add_option("--device", setting.options.device)->capture_default_str();
  program.add_option("--dtype", setting.options.dtype)->capture_default_str();
  program.add_flag("!--float32-products", setting.options.bfloat16_terms,
                   "No products of three bfloat16 terms");
  program.add_flag("--species", setting.species, "The species analysis reads the states");
  program.add_flag("--tensors", setting.options.tensors, "Compute with tensors on the CPU too");
  program.add_option("--weights-memory", setting.options.weights_memory)->capture_default_str();
  program.add_option("--prompts", setting.prompts)->capture_default_str();
  program.add_option("--tokens", setting.tokens)->capture_default_str();
  program.add_option("--new-tokens", setting.new_tokens)->capture_default_str();
  program.add_option("--rounds", setting.rounds)->capture_default_str();
  program.add_option("--threads", setting.threads)->capture_default_str();
  CLI11_PARSE(program, count, arguments);
  try {
    std::printf("%s\n", phasescope::model::measure(setting).dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
