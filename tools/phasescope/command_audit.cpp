#include "checks.h"
#include "commands.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/progress.h"
#include "phasescope/base/threads.h"
#include "phasescope/run/audit.h"

namespace phasescope::tool {
namespace {

struct Arguments {
  std::vector<std::string> patterns;
  std::string output;
  std::string fail_if;
  std::string progress = "auto";
  int threads = 0;
  bool json = false;
};

void print_report(const run::AuditReport& report, const Arguments& typed) {
  const std::string document = run::to_json(report).dump(2) + "\n";
  if (!typed.output.empty()) write_file_atomically(typed.output, document);
  std::printf("%s", typed.json ? document.c_str() : run::audit_text(report).c_str());
}

int audit_command(const Arguments& typed) {
  std::optional<curvature::GateExpression> gate;
  if (!typed.fail_if.empty()) gate.emplace(typed.fail_if, run::audit_values({}));
  set_thread_count(typed.threads);
  const auto paths = run::find_checkpoints(typed.patterns);
  run::AuditReport report;
  {
    Progress progress("audit", static_cast<std::int64_t>(paths.size()), progress_style_named(typed.progress));
    report = run::audit_checkpoints(paths, [&](std::size_t place, const std::filesystem::path& path) {
      progress.advance(place == 0 ? 0 : 1);
      progress.say(path.string());
    });
  }
  print_report(report, typed);
  const curvature::GateValues values = run::audit_values(report);
  if (gate && gate->holds(values))
    throw Error(ExitClass::gate_failed, "--fail-if " + typed.fail_if + ": holds for these checkpoints");
  return static_cast<int>(*values.at("unreadable").value > 0 ? ExitClass::partial : ExitClass::ok);
}

}  // namespace

void add_audit_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand(
      "audit",
      "Look for copies, broken weights and changed settings among the checkpoints of a training run");
  command
      ->add_option("checkpoints", typed->patterns, "Model folders and .gguf files, or patterns with * ? [..]")
      ->required();
  command->add_option("-o,--output", typed->output, "Also write the report to this JSON file");
  command->add_option(
      "--fail-if", typed->fail_if,
      "Exit with 8 where this holds, e.g. 'duplicates + missing > 0'; the names are those of the "
      "report's summary");
  command->add_option("--threads", typed->threads, "Threads; 0: all")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--progress", typed->progress, "auto, bar, plain or none")->capture_default_str();
  command->add_flag("--json", typed->json, "Print JSON");
  command->footer(
      "Example:\n  phasescope audit 'run/step*' --fail-if 'duplicates > 0 || not_finite > 0 || missing > 0'\n"
      "Exit code 0, 7 when a checkpoint could not be read, 8 when the gate fails.");
  command->callback([typed, &exit_code] { exit_code = audit_command(*typed); });
}

}  // namespace phasescope::tool
