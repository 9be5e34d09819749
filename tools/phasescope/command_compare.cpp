#include "commands.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/report/comparison_documents.h"
#include "phasescope/run/compare.h"

namespace phasescope::tool {
namespace {

struct Arguments {
  std::vector<std::string> sources;
  std::string output;
  bool json = false;
};

void compare_command(const Arguments& typed) {
  const report::Comparison comparison = run::compare_sources(typed.sources);
  if (!typed.output.empty()) run::write_comparison(typed.output, comparison);
  const std::string text = typed.json ? report::comparison_to_json(comparison).dump(2) + "\n"
                                      : report::comparison_to_markdown(comparison);
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void add_compare_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("compare", "Set models side by side, with their differences");
  command
      ->add_option("source", typed->sources,
                   "Run folders, reports (regime.json, species.json, diagnostics.json), or published:NAME")
      ->required()
      ->expected(2, -1);
  command->add_option("-o,--output", typed->output, "Folder for compare.md, compare.csv and compare.json");
  command->add_flag("--json", typed->json, "Print compare.json instead of the tables");
  command->footer(
      "Examples:\n"
      "  phasescope compare out/base out/instruct -o out/compared\n"
      "  phasescope compare out/qwen published:qwen3-4b-base\n"
      "Models measured with different definitions or state conventions are refused.");
  command->callback([typed, &exit_code] {
    compare_command(*typed);
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
