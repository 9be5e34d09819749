#include "faults.h"

#include "../model_cases.h"
#include "../places.h"
#include "documents.h"
#include "small_run.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

const std::vector<std::string> kFewDraws = {"--null-draws", "20", "--bootstrap-draws", "50"};

std::string test_library(const std::string& name) {
  return (built_program().parent_path().parent_path() / "tests" / ("lib" + name + ".so")).string();
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Everything but what differs between two processes that do the same.
std::string manifest_without_times(const std::string& text) {
  Json manifest = parse_json(text, "manifest");
  for (const char* key : {"started", "finished", "seconds", "peak_rss_bytes"}) manifest.erase(key);
  manifest["batches"].erase("resumed");
  return manifest.dump(1);
}

std::map<std::string, std::string> comparable_contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> contents = contents_of(folder);
  for (auto& [name, text] : contents) {
    if (ends_with(name, "manifest.json")) text = manifest_without_times(text);
  }
  return contents;
}

std::vector<std::string> names_of(const std::map<std::string, std::string>& contents) {
  std::vector<std::string> names;
  for (const auto& [name, text] : contents) names.push_back(name);
  return names;
}

/// A dot and six characters after the name of a result.
bool is_temporary(const std::string& name) {
  return name.size() > 7 && name[name.size() - 7] == '.' && name.find('.') < name.size() - 7;
}

bool is_lock(const std::string& name) {
  return std::filesystem::path(name).filename().string().front() == '.';
}

/// Files that grow, or come and go: manifests and journals.
bool changes(const std::string& name) {
  return ends_with(name, "manifest.json") || name.find("journal") != std::string::npos;
}

}  // namespace

Surroundings with_stand_in_model() {
  return with_variable("PHASESCOPE_MODEL_LIBRARY", test_library("stand_in_model"));
}

Surroundings with_fault(const Fault& fault, const std::filesystem::path& below) {
  Surroundings surroundings;
  surroundings.environment = {{"LD_PRELOAD", test_library("fault_injection")},
                              {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                              {"FAULT_BELOW", std::filesystem::canonical(below).string()},
                              {"FAULT_OPERATION", fault.operation},
                              {"FAULT_NUMBER", std::to_string(fault.number)},
                              {"FAULT_KIND", fault.kind},
                              {"FAULT_ERROR", std::to_string(fault.error)}};
  return surroundings;
}

FaultedCommand FaultedCommand::run() {
  FaultedCommand command;
  const std::string prompts = (*command.folder_ / "small.jsonl").string();
  write_file_atomically(prompts, small_prompts());
  command.arguments_ = {
      "run", "-m", model_of_case("llama_gqa"), "-p", prompts + ":ct",   "--capture", "all", "--detail",
      "-b",  "45", "--max-new-tokens",         "4",  "--deterministic", "--threads", "1",   "-q"};
  command.arguments_.insert(command.arguments_.end(), kFewDraws.begin(), kFewDraws.end());
  return command;
}

FaultedCommand FaultedCommand::run_of_everything() {
  FaultedCommand command = run();
  for (std::string& word : command.arguments_) {
    if (ends_with(word, "small.jsonl:ct")) word += ",species";
  }
  command.arguments_.insert(command.arguments_.end(), {"-p", "pairs", "-L", "4"});
  return command;
}

FaultedCommand FaultedCommand::sweep() {
  FaultedCommand command;
  command.sweep_ = std::make_unique<SmallSweep>(std::vector<std::string>{"llama_gqa", "qwen2_tied"}, 1);
  command.arguments_ = {"sweep", "-C", command.sweep_->file(), "-q"};
  return command;
}

std::vector<std::string> FaultedCommand::arguments() const {
  std::vector<std::string> all = arguments_;
  all.insert(all.end(), {"-o", output_.string()});
  return all;
}

Outcome FaultedCommand::execute(Surroundings surroundings) const {
  surroundings.environment.merge(with_stand_in_model().environment);
  return phasescope(arguments(), surroundings);
}

void FaultedCommand::execute_undisturbed() {
  clear();
  const Outcome outcome = execute();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  expected_ = comparable_contents(output());
  ASSERT_FALSE(expected_.empty());
}

std::vector<FileOperation> FaultedCommand::operations() const {
  clear();
  const std::filesystem::path log = *folder_ / "operations";
  std::filesystem::remove(log);
  Surroundings surroundings = with_fault({}, folder());
  surroundings.environment["FAULT_LOG"] = log.string();
  EXPECT_EQ(execute(surroundings).exit_code, 0);
  std::vector<FileOperation> operations;
  std::istringstream lines(read_text_file(log));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    FileOperation operation;
    words >> operation.operation;
    if (operation.operation == "place") words >> operation.from;
    words >> operation.path;
    operations.push_back(operation);
  }
  return operations;
}

int FaultedCommand::count(const std::string& operation) const {
  const std::vector<FileOperation> all = operations();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(), [&](const FileOperation& one) { return one.operation == operation; }));
}

void FaultedCommand::expect_resumed() const {
  const Outcome outcome = execute();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  expect_finished();
}

void FaultedCommand::expect_finished() const {
  const auto contents = comparable_contents(output());
  EXPECT_EQ(names_of(contents), names_of(expected_));
  for (const auto& [name, text] : contents) {
    const auto found = expected_.find(name);
    if (found != expected_.end()) {
      EXPECT_TRUE(text == found->second) << name << " differs";
    }
  }
}

void FaultedCommand::expect_nothing_half(bool killed) const {
  if (!std::filesystem::exists(output())) return;
  for (const auto& [name, text] : contents_of(output())) {
    if (is_temporary(name) || is_lock(name)) {
      EXPECT_TRUE(killed) << name << " was left behind";
    } else if (ends_with(name, "manifest.json")) {
      EXPECT_TRUE(Json::accept(text)) << name;
    } else if (ends_with(name, "journal/all.jsonl")) {
      EXPECT_EQ(expected_.at(name).compare(0, text.size(), text), 0) << name << " has other lines";
      EXPECT_TRUE(killed || text.empty() || text.back() == '\n') << name << " ends in a half line";
    } else if (!changes(name)) {
      EXPECT_EQ(expected_.count(name), 1U) << name;
      EXPECT_TRUE(text == expected_.at(name)) << name << " is not whole";
    }
  }
}

void FaultedCommand::expect_one_error(const Outcome& outcome, int error) const {
  expect_error_beginning(outcome, 4, output().parent_path().string());
  EXPECT_TRUE(ends_with(outcome.err, std::string("(") + std::strerror(error) + ")\n")) << outcome.err;
}

}  // namespace phasescope::testing
