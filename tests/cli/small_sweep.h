#pragma once

#include "../temporary_folder.h"
#include "program.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::testing {

/// A sweep over copies of tiny models, two prompts and a few new tokens, in a folder of its own.
class SmallSweep {
 public:
  /// `models`: names of tests/data/models; copies are called step1, step2, ...
  explicit SmallSweep(const std::vector<std::string>& models, int seeds);

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  std::filesystem::path model(int number) const {
    return folder_ / "models" / ("step" + std::to_string(number));
  }
  std::filesystem::path prompts() const { return folder_ / "set.jsonl"; }
  std::string file() const { return (folder_ / "sweep.json").string(); }
  /// What the sweep file holds, to be changed and written again.
  Json document;
  void write() const;

  std::vector<std::string> arguments(const std::string& output,
                                     const std::vector<std::string>& more = {}) const;
  /// The sweep into `output` below the folder, without progress.
  Outcome run(const std::string& output, const std::vector<std::string>& more = {}) const;
  Outcome merge(const std::vector<std::string>& outputs, const std::vector<std::string>& more = {}) const;

  /// Puts a named pipe in the place of a model's tokenizer: a process that reads it waits.
  void hold(int number) const;
  /// Puts the tokenizer back for the next who opens it, and gives it to the one who reads the pipe.
  void release(int number) const;
  void feed(int number, int pipe) const;

 private:
  TemporaryFolder folder_;
  std::vector<std::string> models_;
};

/// Everything a sweep's folder holds but manifests, which have times in them, plan, journal and locks.
std::map<std::string, std::string> results_of(const std::filesystem::path& sweep);

/// How often each point was finished, by all journals.
std::map<std::string, int> finished_points(const std::filesystem::path& sweep);

}  // namespace phasescope::testing
