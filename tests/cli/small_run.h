#pragma once

#include "../temporary_folder.h"
#include "program.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace phasescope::testing {

/// Eight prompts in two categories, for ct and species; every prompt but one has several words.
std::string small_prompts();

/// One run of a tiny model on small_prompts and six shipped prompts with roles, in a folder of its own.
class SmallRun {
 public:
  /// `more`: arguments beyond model, prompt sets and output folder.
  explicit SmallRun(const std::string& model, const std::vector<std::string>& more = {});

  const std::filesystem::path& folder() const { return output_; }
  std::filesystem::path operator/(const std::string& name) const { return output_ / name; }
  const Outcome& outcome() const { return outcome_; }
  const std::filesystem::path& prompts() const { return prompts_; }

  /// The same command again, with other arguments instead of `more`.
  Outcome again(const std::vector<std::string>& more) const;

 private:
  TemporaryFolder folder_;
  std::string model_;
  std::filesystem::path prompts_ = folder_ / "small.jsonl";
  std::filesystem::path output_ = folder_ / "out";
  Outcome outcome_;
};

}  // namespace phasescope::testing
