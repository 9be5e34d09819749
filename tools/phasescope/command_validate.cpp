#include "commands.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"
#include "phasescope/run/validation.h"

namespace phasescope::tool {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string schema;
  bool json = false;
};

Json to_json(const run::Validation& validation) {
  Json violations = Json::array();
  for (const run::Violation& violation : validation.violations)
    violations.push_back({{"place", violation.place}, {"reason", violation.reason}});
  return {{"file", validation.file.string()},
          {"schema", validation.schema},
          {"valid", validation.violations.empty()},
          {"violations", violations}};
}

void print_for_people(const run::Validation& validation) {
  const std::string file = validation.file.string();
  if (validation.violations.empty()) std::printf("%s: valid (%s)\n", file.c_str(), validation.schema.c_str());
  for (const run::Violation& violation : validation.violations) {
    const std::string place = violation.place.empty() ? "" : violation.place + ": ";
    std::printf("%s: %s%s\n", file.c_str(), place.c_str(), violation.reason.c_str());
  }
}

int validate_command(const Arguments& typed) {
  Json all = Json::array();
  std::optional<run::Validation> wrong;
  for (const std::string& file : typed.files) {
    const run::Validation validation = run::validate_file(file, typed.schema);
    if (typed.json)
      all.push_back(to_json(validation));
    else
      print_for_people(validation);
    if (!wrong && !validation.violations.empty()) wrong = validation;
  }
  if (typed.json) std::printf("%s\n", all.dump(2).c_str());
  if (!wrong) return 0;
  const run::Violation& first = wrong->violations.front();
  throw_input_error(wrong->file.string(), first.place, first.reason);
}

}  // namespace

void add_validate_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<Arguments>();
  CLI::App* command =
      program.add_subcommand("validate", "Compare prompt sets, sweep files and reports with their schemas");
  command->add_option("files", typed->files, "JSON, JSON lines, CSV or text")->required();
  command->add_option(
      "--schema", typed->schema,
      "Use this schema (phasescope schema lists them; prompts: a prompt set) instead of the one that "
      "the key kind, or the file's name, stands for");
  command->add_flag("--json", typed->json, "Print JSON");
  command->footer(
      "Example:\n  phasescope validate out/model/regime.json prompts.jsonl\n"
      "Exit code 0 when all are valid, 3 when one is not.");
  command->callback([typed, &exit_code] { exit_code = validate_command(*typed); });
}

}  // namespace phasescope::tool
