#include "commands.h"
#include "resume_command.h"
#include "version_text.h"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/version.h"

namespace {

using phasescope::ExitClass;

int fail(ExitClass exit_class, const char* reason) {
  std::fprintf(stderr, "error: %s\n", reason);
  return static_cast<int>(exit_class);
}

/// What CLI11 says, but that it does not name a command it does not know.
std::string usage_reason(const CLI::App& program, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = program.remaining();
  if (!program.get_subcommands().empty() || unknown.empty()) return error.what();
  return "no command \"" + unknown.front() + "\"";
}

/// CLI11's own messages can span lines; ours is one, and usage errors end with 2.
int report_usage(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
  std::string reason = usage_reason(program, error);
  for (char& c : reason) {
    if (c == '\n') c = ' ';
  }
  return fail(ExitClass::usage, (reason + " (see phasescope --help)").c_str());
}

bool overwrites(const CLI::App& program) {
  for (const CLI::App* command : program.get_subcommands()) {
    const CLI::Option* option = command->get_option_no_throw("--overwrite");
    if (option != nullptr && option->count() > 0 && option->as<bool>()) return true;
  }
  return false;
}

/// What was interrupted can be continued: says how.
[[noreturn]] void report_interruption(const phasescope::Error& error, const CLI::App& program,
                                      const std::vector<std::string>& arguments) {
  throw phasescope::Error(ExitClass::interrupted,
                          error.what() + std::string("; to resume: ") +
                              phasescope::tool::resume_command(arguments, overwrites(program)));
}

int run_program(int argument_count, char** arguments) {
  CLI::App program{
      "Measures the inner dynamics of language models: trajectory instability (ct_t) and Intelliton "
      "species."};
  program.name("phasescope");
  program.require_subcommand(1);
  program.set_help_flag("-h,--help", "Show this help, or that of a command");
  program.set_version_flag("--version", [] { return phasescope::tool::version_text(); });
  program.footer(
      "Examples:\n"
      "  phasescope run -m model.gguf -p core -p panel24 -o out/model\n"
      "  phasescope run -m HuggingFaceTB/SmolLM2-135M -p prompts.jsonl:ct -o out/mine --max-new-tokens 32\n"
      "  phasescope analyze states/*.safetensors -o out/stored\n"
      "  phasescope map out/*/regime.json -o out/map\n"
      "  phasescope compare out/base out/instruct\n"
      "  phasescope inspect model.gguf\n"
      "Exit codes: 0 ok, 1 internal, 2 usage, 3 bad input file, 4 environment, 5 numerics, 6 folder busy or "
      "of another run,\n"
      "  7 some items failed, 8 a gate failed, 75 interrupted.");
  int exit_code = 0;
  phasescope::tool::add_run_command(program, exit_code);
  phasescope::tool::add_analyze_command(program, exit_code);
  phasescope::tool::add_map_command(program, exit_code);
  phasescope::tool::add_compare_command(program, exit_code);
  phasescope::tool::add_report_command(program, exit_code);
  phasescope::tool::add_inspect_command(program, exit_code);
  phasescope::tool::add_tokenize_command(program, exit_code);
  phasescope::tool::add_verify_command(program, exit_code);
  phasescope::tool::add_audit_command(program, exit_code);
  phasescope::tool::add_ls_command(program, exit_code);
  phasescope::tool::add_validate_command(program, exit_code);
  phasescope::tool::add_schema_command(program, exit_code);
  phasescope::tool::add_completion_command(program, exit_code);
  phasescope::tool::add_sweep_command(program, exit_code);
  phasescope::tool::add_merge_command(program, exit_code);
  try {
    program.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return report_usage(program, error);
  } catch (const phasescope::Error& error) {
    if (error.exit_class() != ExitClass::interrupted) throw;
    report_interruption(error, program, {arguments, arguments + argument_count});
  }
  return exit_code;
}

/// Results that did not reach their reader are an error (a full disk behind a redirection).
void finish_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout)
    phasescope::throw_environment_error("standard output", "cannot be written", errno);
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    const int exit_code = run_program(argument_count, arguments);
    finish_output();
    return exit_code;
  } catch (const phasescope::Error& error) {
    return fail(error.exit_class(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitClass::environment, "out of memory");
  } catch (const std::exception& error) {
    return fail(ExitClass::internal, error.what());
  }
}
