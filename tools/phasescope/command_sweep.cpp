#include "checks.h"
#include "commands.h"
#include "run_options.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/sweep/execute_sweep.h"
#include "phasescope/sweep/job_script.h"
#include "phasescope/sweep/merge.h"
#include "phasescope/sweep/sweep_estimate.h"

namespace phasescope::tool {
namespace {

struct SweepArguments {
  std::string config;
  std::string output;
  std::string shard = "1/1";
  std::string emit;
  std::string script;
  std::size_t tasks = 0;
  std::string progress = "auto";
  bool quiet = false;
  bool json = false;
  bool dry_run = false;
};

int show_estimates(const SweepArguments& typed, const sweep::SweepPlan& plan) {
  const auto estimates = sweep::estimate_points(plan, typed.output);
  const std::string text =
      typed.json ? sweep::estimates_to_json(estimates).dump(1) + "\n" : sweep::estimates_text(estimates);
  std::fputs(text.c_str(), stdout);
  for (const sweep::PointEstimate& estimate : estimates)
    if (!estimate.error.empty()) return static_cast<int>(ExitClass::partial);
  return 0;
}

int emit_script(const SweepArguments& typed, const sweep::SweepPlan& plan) {
  sweep::JobScript job;
  job.kind = sweep::script_kind_named(typed.emit);
  job.sweep_file = typed.config;
  job.folder = typed.output;
  job.tasks = typed.tasks;
  const std::string text = sweep::job_script(plan, job);
  if (typed.script.empty()) {
    std::fputs(text.c_str(), stdout);
  } else {
    write_file_atomically(typed.script, text);
  }
  return 0;
}

int run_sweep(const SweepArguments& typed) {
  catch_interrupts();
  const sweep::SweepPlan plan = sweep::make_sweep_plan(typed.config, run_options_from);
  if (typed.dry_run) return show_estimates(typed, plan);
  if (typed.output.empty()) throw Error(ExitClass::usage, "--output is required");
  if (!typed.emit.empty()) return emit_script(typed, plan);
  sweep::SweepOptions options;
  options.folder = typed.output;
  options.shard = sweep::parse_shard(typed.shard);
  options.progress = typed.quiet ? ProgressStyle::none : progress_style_named(typed.progress);
  const sweep::SweepSummary summary = sweep::execute_sweep(plan, options);
  std::printf("%s\n", typed.json ? sweep::summary_to_json(summary).dump().c_str()
                                 : sweep::summary_line(summary).c_str());
  const bool all = summary.failed.empty() && summary.partial == 0;
  return static_cast<int>(all ? ExitClass::ok : ExitClass::partial);
}

}  // namespace

void add_sweep_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<SweepArguments>();
  CLI::App* command =
      program.add_subcommand("sweep", "Run many checkpoints and settings, and merge what comes of them");
  command
      ->add_option("-C,--config", typed->config,
                   "Sweep file: {\"options\": {...}, \"axes\": {\"model\": [...], ...}}")
      ->required();
  command->add_option("-o,--output", typed->output, "Folder to write");
  command
      ->add_option("--shard", typed->shard,
                   "Take the i-th of n shares of the points, as i/n, or slurm: as the job array says")
      ->capture_default_str();
  command->add_option("--emit", typed->emit, "Write a script that runs the sweep: sbatch, snakefile or make")
      ->check(one_of({"sbatch", "snakefile", "make"}));
  command->add_option("--script", typed->script, "File for that script; default: standard output");
  command
      ->add_option("--tasks", typed->tasks, "Shares that the script divides the sweep into; 0: one a model")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--progress", typed->progress, "auto, bar, plain or none")->capture_default_str();
  command->add_flag("-q,--quiet", typed->quiet, "No progress");
  command->add_flag("--json", typed->json, "End with one JSON object on stdout");
  command->add_flag("-n,--dry-run", typed->dry_run,
                    "Show the points, their cost and memory, from headers alone");
  command->footer(
      "Examples:\n"
      "  phasescope sweep -C sweep.json -n\n"
      "  phasescope sweep -C sweep.json -o out/sweep\n"
      "  phasescope sweep -C sweep.json -o out/sweep --shard 2/8\n"
      "  phasescope sweep -C sweep.json -o out/sweep --emit sbatch > sweep.sbatch");
  command->callback([typed, &exit_code] { exit_code = run_sweep(*typed); });
}

void add_merge_command(CLI::App& program, int& exit_code) {
  struct MergeArguments {
    std::vector<std::string> folders;
    std::string output;
  };
  auto typed = std::make_shared<MergeArguments>();
  CLI::App* command = program.add_subcommand("merge", "Merge the shares of a sweep");
  command->add_option("folders", typed->folders, "Folders of one sweep")->required();
  command->add_option("-o,--output", typed->output,
                      "Folder to write; default: the folder, where one is named");
  command->footer("Example:\n  phasescope merge out/sweep");
  command->callback([typed, &exit_code] {
    if (typed->output.empty() && typed->folders.size() > 1)
      throw Error(ExitClass::usage, "--output is required with several folders");
    const std::string output = typed->output.empty() ? typed->folders.front() : typed->output;
    const sweep::MergeSummary summary =
        sweep::merge_sweeps({typed->folders.begin(), typed->folders.end()}, output);
    std::printf(
        "wrote %s: %zu points%s\n", summary.folder.c_str(), summary.points,
        summary.partial > 0 ? (", " + std::to_string(summary.partial) + " with failed prompts").c_str() : "");
    exit_code = static_cast<int>(summary.partial > 0 ? ExitClass::partial : ExitClass::ok);
  });
}

}  // namespace phasescope::tool
