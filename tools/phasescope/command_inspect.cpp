#include "commands.h"

#include <cstdio>
#include <memory>
#include <string>

#include "phasescope/run/dry_run.h"

namespace phasescope::tool {

void add_inspect_command(CLI::App& program, int& exit_code) {
  struct Arguments {
    std::string model;
    bool json = false;
  };
  auto typed = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand(
      "inspect", "Show architecture, parameters, tokenizer and memory, from headers alone");
  command
      ->add_option("model", typed->model, "Model folder, .gguf file, or org/name[@revision] in the hub cache")
      ->required();
  command->add_flag("--json", typed->json, "Print JSON");
  command->footer("Example:\n  phasescope inspect model.gguf");
  command->callback([typed, &exit_code] {
    const Json inspection = run::inspect_model(typed->model);
    std::printf("%s",
                typed->json ? (inspection.dump(2) + "\n").c_str() : run::inspection_text(inspection).c_str());
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
