#include "checks.h"
#include "commands.h"
#include "config_file.h"

#include <cstdio>
#include <memory>
#include <string>

#include "phasescope/base/error.h"
#include "phasescope/run/map_reports.h"

namespace phasescope::tool {
namespace {

struct MapArguments {
  run::MapOptions options;
  std::int64_t bootstrap_draws = 0;
  std::int64_t seed = -1;
  bool json = false;
};

Json changes_to_json(const run::MapSummary& summary) {
  if (!summary.changes) return nullptr;
  return *summary.changes;
}

void print_json(const run::MapSummary& summary) {
  const Json line = {{"dir", summary.folder.string()},
                     {"models", summary.models},
                     {"definitions", summary.definitions},
                     {"notes", summary.notes},
                     {"changes", changes_to_json(summary)},
                     {"gate_holds", summary.gate ? Json(*summary.gate) : Json(nullptr)}};
  std::printf("%s\n", line.dump().c_str());
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_text(const run::MapSummary& summary) {
  for (const std::string& note : summary.notes) std::printf("note: %s\n", note.c_str());
  if (summary.changes) {
    std::printf("%s\n",
                summary.changes->empty() ? "nothing moved since the baseline" : "moved since the baseline:");
    for (const std::string& change : *summary.changes) std::printf("  %s\n", change.c_str());
  }
  std::printf("wrote %s: %s, %s\n", summary.folder.string().c_str(), counted(summary.models, "model").c_str(),
              counted(summary.definitions, "definition").c_str());
}

int map_command(const MapArguments& typed) {
  run::MapOptions options = typed.options;
  if (typed.bootstrap_draws > 0) options.bootstrap_draws = static_cast<std::size_t>(typed.bootstrap_draws);
  if (typed.seed >= 0) options.seed = static_cast<std::uint64_t>(typed.seed);
  const run::MapSummary summary = run::map_reports(options);
  if (typed.json) {
    print_json(summary);
  } else {
    print_text(summary);
  }
  if (!summary.gate.value_or(false)) return static_cast<int>(ExitClass::ok);
  std::fflush(stdout);
  std::fprintf(stderr, "error: --fail-if: %s holds\n", options.fail_if.c_str());
  return static_cast<int>(ExitClass::gate_failed);
}

}  // namespace

void add_map_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<MapArguments>();
  CLI::App* command = program.add_subcommand(
      "map", "Place models on the plane of flux and instability, from their regime reports");
  run::MapOptions& options = typed->options;
  add_config_option(*command);
  command
      ->add_option("reports", options.reports,
                   "Run folders or regime.json files; NAME=REPORT calls its model NAME")
      ->required();
  command->add_option("-o,--output", options.output, "Folder for phase_map.json, .csv and .svg")->required();
  command->add_option("--bands", options.bands, "Regime bands for all; default: those of the reports");
  command
      ->add_option("--fit-bands", options.fit_bands,
                   "Names of regimes, ascending: write bands.json with bands fitted to the models")
      ->delimiter(',');
  command->add_flag("--allow-mixed", options.allow_mixed,
                    "Take reports of different definitions, each in a map of its own");
  command->add_option("--baseline", options.baseline, "An older phase_map.json to compare with");
  command->add_option("--fail-if", options.fail_if,
                      "End with 8 where this holds, such as 'regime_flips>0 || abs(d.ratio_norm)>0.2'");
  command
      ->add_option("--bootstrap-draws", typed->bootstrap_draws,
                   "Resamples of each interval; default: as the first report")
      ->check(at_least(1));
  command->add_option("--seed", typed->seed, "Of the bootstraps; default: as the first report")
      ->check(at_least(0));
  command->add_flag("--json", typed->json, "End with one JSON object on stdout");
  command->footer(
      "Examples:\n"
      "  phasescope map out/smollm2 out/gemma3 -o out/map\n"
      "  phasescope map nightly/*/regime.json -o out/map --baseline kept/phase_map.json \\\n"
      "    --fail-if 'regime_flips > 0 || abs(d.ratio_norm) > 0.2'");
  command->callback([typed, &exit_code] { exit_code = map_command(*typed); });
}

}  // namespace phasescope::tool
