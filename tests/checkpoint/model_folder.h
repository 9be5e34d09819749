#pragma once

#include "../model_cases.h"
#include "../temporary_folder.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/formats/safetensors.h"

namespace phasescope::testing {

/// What opening a model says: "3 FILE: FIELD: reason, expected X", the exit class first and `folder` left out
/// of the message, or "opened".
std::string opening(const std::string& model, const std::filesystem::path& folder);

/// A copy of a case of tests/data/models that a test may spoil.
class ModelFolder {
 public:
  explicit ModelFolder(const std::string& case_name);

  std::string path() const { return folder_.path().string(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  checkpoint::Checkpoint open() const { return checkpoint::Checkpoint::open(path()); }
  std::string opening() const { return testing::opening(path(), folder_.path()); }

  void write(const std::string& file, const std::string& text) const;
  void remove(const std::string& file) const { std::filesystem::remove(folder_ / file); }
  /// config.json with one key set, or without it.
  void set(const std::string& key, const Json& value) const;
  void unset(const std::string& key) const;

  using Tensors = std::vector<std::pair<std::string, formats::StoredTensor>>;
  /// Rewrites model.safetensors with what `change` makes of its tensors.
  void change_tensors(const std::function<void(Tensors&)>& change,
                      const std::string& file = "model.safetensors") const;

 private:
  Json config() const;

  TemporaryFolder folder_;
};

/// Every weight of a model as float32 rows, by a name that says its place ("block 0 query").
std::map<std::string, std::vector<float>> all_weights(const checkpoint::Checkpoint& checkpoint);

}  // namespace phasescope::testing
