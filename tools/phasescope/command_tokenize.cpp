#include "commands.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "phasescope/base/error.h"
#include "phasescope/run/tokenize.h"
#include "phasescope/run/tokenizer.h"

namespace phasescope::tool {
namespace {

struct Arguments {
  std::string model;
  std::string file = "-";
  bool no_special = false;
  bool decode = false;
};

int tokenize_command(const Arguments& typed) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(typed.model);
  const text::Tokenizer tokenizer = run::load_tokenizer(checkpoint);
  const auto write = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  const run::TokenizeOptions options{!typed.no_special, typed.decode};
  if (typed.file == "-") {
    run::tokenize_lines(tokenizer, std::cin, "standard input", options, write);
    return 0;
  }
  std::ifstream input(typed.file);
  if (!input) throw_environment_error(typed.file, "cannot be opened", errno);
  if (std::filesystem::is_directory(typed.file))
    throw_environment_error(typed.file, "is a folder, not a file");
  run::tokenize_lines(tokenizer, input, typed.file, options, write);
  return 0;
}

}  // namespace

void add_tokenize_command(CLI::App& program, int& exit_code) {
  auto typed = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("tokenize", "Turn lines of text into token ids, or back");
  command->add_option("-m,--model", typed->model, "Model whose tokenizer is used")->required();
  command->add_option("file", typed->file, "JSON lines with text or prompt, or plain text; -: standard input")
      ->capture_default_str();
  command->add_flag("--no-special", typed->no_special, "Leave out what the post-processor adds");
  command->add_flag("--decode", typed->decode, "Read {\"ids\": [...]} and write {\"text\": ...}");
  command->footer("Example:\n  echo 'The cat sat' | phasescope tokenize -m model.gguf");
  command->callback([typed, &exit_code] { exit_code = tokenize_command(*typed); });
}

}  // namespace phasescope::tool
