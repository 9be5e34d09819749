#include "commands.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "phasescope/base/files.h"
#include "phasescope/run/run_page.h"

namespace phasescope::tool {

void add_report_command(CLI::App& program, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("report", "Make one self-contained HTML page of a finished run");
  command->add_option("folder", *folder, "Output folder of run or analyze")->required();
  command->add_option("-o,--output", *output, "The page (default: report.html in the folder)");
  command->footer(
      "Example:\n"
      "  phasescope report out/smollm2 -o smollm2.html");
  command->callback([folder, output, &exit_code] {
    const std::filesystem::path page =
        output->empty() ? std::filesystem::path(*folder) / "report.html" : std::filesystem::path(*output);
    write_file_atomically(page, run::page_of_run(*folder));
    std::printf("wrote %s\n", page.c_str());
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
