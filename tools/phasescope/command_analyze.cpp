#include "analysis_arguments.h"
#include "checks.h"
#include "commands.h"
#include "config_file.h"
#include "summary.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/run/analyze.h"

namespace phasescope::tool {
namespace {

struct AnalyzeArguments {
  run::AnalyzeOptions options;
  std::vector<std::string> analyses;
  CtArguments ct;
  NullArguments nulls;
  bool json = false;
};

}  // namespace

void add_analyze_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<AnalyzeArguments>();
  run::AnalyzeOptions& options = typed->options;
  CLI::App* command =
      program.add_subcommand("analyze", "Analyse hidden states that were captured here or elsewhere");
  add_config_option(*command);
  command
      ->add_option("states", options.states,
                   "Files of states: tensors <category>/<i> F32 [points, tokens, width]")
      ->required();
  command->add_option("-o,--output", options.output, "Folder to write")->required();
  command->add_option("--categories", options.categories, "Order of the categories; default: as in the files")
      ->delimiter(',');
  command->add_option("--attention", options.attention,
                      "File of tensors <category>/<i>/<block> [heads, T, T]");
  command->add_option("--pairs", options.pairs, "JSON list of {category, grounded, other}");
  command->add_option("--analyses", typed->analyses, "ct, species; default: both")->delimiter(',');
  command->add_option("--seed", options.seed, "Of nulls and bootstraps")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--threads", options.threads, "Threads; 0: all")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("-b,--batch-tokens", options.batch_tokens, "Tokens in view together")
      ->check(at_least(1))
      ->capture_default_str();
  add_ct_options(*command, typed->ct);
  add_species_options(*command, options.species);
  add_null_options(*command, typed->nulls, false);
  command->add_flag("--detail", options.detail, "Also write detail.json and steps.jsonl");
  command->add_flag("--overwrite", options.overwrite, "Replace another analysis in the output folder");
  command->add_flag("--json", typed->json, "End with one JSON object on stdout");
  command->footer("Example:\n  phasescope analyze out/model/states/*.safetensors -o out/stored --detail");
  command->callback([typed, command, &exit_code] {
    run::AnalyzeOptions resolved = typed->options;
    for (const std::string& name : typed->analyses) resolved.analyses.push_back(run::analysis_named(name));
    resolved.ct = resolve_ct(typed->ct);
    resolved.nulls = resolve_nulls(typed->nulls);
    resolved.span_was_chosen = command->count("--ct-span") > 0;
    print_summary(run::analyze_states(resolved), typed->json);
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
