#include "analysis_arguments.h"
#include "checks.h"
#include "commands.h"
#include "config_file.h"
#include "run_options.h"
#include "summary.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/run/dry_run.h"
#include "phasescope/run/execute.h"

namespace phasescope::tool {
namespace {

/// What was typed, before it is given meaning.
struct RunArguments {
  run::RunOptions options;
  std::vector<std::string> prompts;
  std::vector<std::string> analyses;
  std::string states = "raw";
  std::string capture = "none";
  std::string progress = "auto";
  CtArguments ct;
  NullArguments nulls;
  bool json = false;
  bool dry_run = false;
  bool print_config = false;
  bool quiet = false;
};

void add_model_options(CLI::App& command, RunArguments& typed) {
  run::RunOptions& options = typed.options;
  command
      .add_option("-m,--model", options.model,
                  "Model folder, .gguf file, or org/name[@revision] in the hub cache")
      ->required();
  command.add_option("--revision", options.revision, "Revision in the hub cache");
  command.add_option("--device", options.device.device, "auto, cpu, cuda or cuda:N")
      ->check(device_name())
      ->capture_default_str();
  command
      .add_option("--dtype", options.device.dtype,
                  "What matrix products take: auto (float32), float32, bfloat16, on a card float16")
      ->check(one_of({"auto", "float32", "bfloat16", "float16"}))
      ->capture_default_str();
  command
      .add_option("--blas", options.device.blas,
                  "Who multiplies matrices on the CPU: auto, tiles, onednn or torch")
      ->check(one_of({"auto", "tiles", "onednn", "torch"}))
      ->capture_default_str();
  command
      .add_option("--weights-memory", options.device.weights_memory,
                  "Bytes of converted weights that may stay in memory; -1: what fits")
      ->check(at_least(-1))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Threads; 0: all")
      ->check(at_least(0))
      ->capture_default_str();
}

void add_prompt_options(CLI::App& command, RunArguments& typed) {
  run::RunOptions& options = typed.options;
  command
      .add_option("-p,--prompts", typed.prompts,
                  "Prompt set: a shipped name (core, pairs, panel24) or a file, with :ct,species,...")
      ->required()
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("-o,--output", options.output, "Folder to write")->required();
  command
      .add_option("--analyses", typed.analyses,
                  "ct, species, pairs, dynamics; default: what the prompt sets are for")
      ->delimiter(',');
  command.add_option("-L,--limit", options.limit,
                     "Prompts of each set: N, a share such as 0.1, or FIRST-END");
  command
      .add_option("--chat", options.chat,
                  "Write prompts with the model's chat template: off, on, or auto (where it has one and the "
                  "set agrees)")
      ->check(one_of({"off", "on", "auto"}))
      ->capture_default_str();
  command.add_option("--system", options.system, "System message where the chat template is applied");
  command.add_option("--max-length", options.max_length, "Cut prompts to this many tokens; 0: never")
      ->check(at_least(0))
      ->capture_default_str();
  command
      .add_option("-b,--batch-tokens", options.batch_tokens,
                  "Prompt tokens that pass through the model together; 0: chosen")
      ->check(at_least(0))
      ->capture_default_str();
  command
      .add_option("--states", typed.states,
                  "Last state point before (raw) or after (hf) the final norm, or both")
      ->capture_default_str();
  command.add_option("--capture", typed.capture, "Write hidden states: none, last (token) or all")
      ->capture_default_str();
  command.add_flag("--detail", options.detail, "Also write detail.json and steps.jsonl");
}

void add_generation_options(CLI::App& command, RunArguments& typed) {
  run::RunOptions& options = typed.options;
  command.add_option("--max-new-tokens", options.max_new_tokens, "New tokens for ct_t")
      ->check(at_least(1))
      ->capture_default_str();
  command
      .add_option("--runs", options.runs, "Generations of each prompt for ct_t, each with draws of its own")
      ->check(at_least(1))
      ->capture_default_str();
  command.add_option("--temperature", options.sampling.temperature, "0: greedy")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--top-k", options.sampling.top_k, "Keep the k most probable tokens; 0: all")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--top-p", options.sampling.top_p, "Keep the most probable tokens with this mass")
      ->check(between(0, 1))
      ->capture_default_str();
  command
      .add_option("--min-p", options.sampling.min_p,
                  "Drop tokens below this share of the largest probability")
      ->check(between(0, 1))
      ->capture_default_str();
  command.add_option("--seed", options.sampling.seed, "Of sampling, nulls and bootstraps")
      ->check(at_least(0))
      ->capture_default_str();
}

void add_output_options(CLI::App& command, RunArguments& typed) {
  command.add_flag("--deterministic", typed.options.deterministic, "Repeated runs are byte-identical");
  command.add_flag("--overwrite", typed.options.overwrite, "Replace another run in the output folder");
  command.add_option("--progress", typed.progress, "auto, bar, plain or none")->capture_default_str();
  command.add_flag("--profile", typed.options.profile,
                   "Show where time went, by stage and kernel, and keep it in manifest.json");
  command.add_flag("-q,--quiet", typed.quiet, "No progress");
  command.add_flag("--json", typed.json, "End with one JSON object on stdout");
  command.add_flag("-n,--dry-run", typed.dry_run, "Show the plan and its memory, from headers alone");
  command.add_flag("--print-config", typed.print_config, "Print the resolved options as JSON and stop");
}

run::RunOptions resolve(const RunArguments& typed) {
  run::RunOptions options = typed.options;
  for (const std::string& text : typed.prompts) options.prompts.push_back(run::parse_prompt_source(text));
  for (const std::string& name : typed.analyses) options.analyses.push_back(run::analysis_named(name));
  options.states = run::final_states_named(typed.states);
  options.capture = run::capture_named(typed.capture);
  options.progress = typed.quiet ? ProgressStyle::none : progress_style_named(typed.progress);
  options.ct = resolve_ct(typed.ct);
  options.nulls = resolve_nulls(typed.nulls);
  return options;
}

int run_command(const RunArguments& typed) {
  const run::RunOptions options = resolve(typed);
  if (typed.print_config) {
    std::printf("%s\n", run::options_to_json(options).dump(2).c_str());
    return 0;
  }
  if (typed.dry_run) {
    std::printf("%s", run::dry_run_text(options).c_str());
    return 0;
  }
  catch_interrupts();
  const run::RunSummary summary = run::execute_run(options);
  print_summary(summary, typed.json);
  return static_cast<int>(summary.failed > 0 ? ExitClass::partial : ExitClass::ok);
}

void add_options(CLI::App& command, RunArguments& typed) {
  add_model_options(command, typed);
  add_prompt_options(command, typed);
  add_generation_options(command, typed);
  add_ct_options(command, typed.ct);
  add_species_options(command, typed.options.species);
  add_null_options(command, typed.nulls, true);
  add_output_options(command, typed);
}

}  // namespace

run::RunOptions run_options_from(const Json& config, const std::string& file) {
  RunArguments typed;
  CLI::App command("", "run");
  add_options(command, typed);
  apply_config(command, config, file);
  return resolve(typed);
}

void add_run_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<RunArguments>();
  CLI::App* command =
      program.add_subcommand("run", "Run prompt sets through a model and analyse the hidden states");
  add_config_option(*command);
  add_options(*command, *typed);
  command->footer(
      "Examples:\n"
      "  phasescope run -m model.gguf -p core -p pairs -p panel24 -o out/model\n"
      "  phasescope run -m model -p mine.jsonl:ct -o out/mine --temperature 0.7 --seed 1\n"
      "  phasescope run -m model -p core -o out/states --capture all --analyses species\n"
      "  phasescope run -m model -p core -p pairs -o out/nulls --null shuffle-tokens,random-weights "
      "--sign-audit 100");
  command->callback([typed, &exit_code] { exit_code = run_command(*typed); });
}

}  // namespace phasescope::tool
