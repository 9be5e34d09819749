#include "commands.h"

#include <cstdio>
#include <memory>
#include <string>

#include "phasescope/run/validation.h"

namespace phasescope::tool {

void add_schema_command(CLI::App& program, int& exit_code) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      program.add_subcommand("schema", "Print the JSON Schema of a report, or list the schemas");
  command->add_option("name", *name, "Schema; without it their names are listed");
  command->footer("Example:\n  phasescope schema regime");
  command->callback([name, &exit_code] {
    exit_code = 0;
    if (!name->empty()) {
      std::printf("%s", run::schema_text(*name).c_str());
      return;
    }
    for (const std::string& known : run::schema_names()) std::printf("%s\n", known.c_str());
  });
}

}  // namespace phasescope::tool
