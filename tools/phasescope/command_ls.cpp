#include "checks.h"
#include "commands.h"

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "phasescope/run/catalogs.h"

namespace phasescope::tool {

void add_ls_command(CLI::App& program, int& exit_code) {
  struct Arguments {
    std::string what;
    bool json = false;
  };
  auto typed = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("ls", "List what there is to choose from");
  command
      ->add_option(
          "what", typed->what,
          "models (in the local hub cache), prompts (shipped sets), families (of models), definitions (of "
          "ct_t)")
      ->required()
      ->check(one_of({"models", "prompts", "families", "definitions"}));
  command->add_flag("--json", typed->json, "Print JSON");
  command->footer("Example:\n  phasescope ls prompts");
  command->callback([typed, &exit_code] {
    const std::map<std::string, std::function<Json()>> lists = {{"models", run::list_models},
                                                                {"prompts", run::list_prompts},
                                                                {"families", run::list_families},
                                                                {"definitions", run::list_definitions}};
    const Json list = lists.at(typed->what)();
    std::printf("%s", typed->json ? (list.dump(2) + "\n").c_str() : run::list_text(list).c_str());
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
