#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::checkpoint {

/// One tensor as the files of a checkpoint hold it, used by the model or not.
struct TensorRecord {
  std::string name;
  std::string type;  ///< "BF16", "Q4_K", ...
  std::vector<std::int64_t> shape;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of type, shape and stored bytes
  /// Entries that are NaN or infinite; nothing for types that hold no numbers of a model (integers,
  /// booleans).
  std::optional<std::int64_t> not_finite;
  bool constant = false;  ///< all entries equal, or none
};

/// A tensor that the model needs and the files lack, or hold in another shape.
struct TensorProblem {
  std::string name;
  bool missing = false;
  std::string reason;  ///< "missing", or "has shape [3, 4], expected [4, 4]"
};

/// Everything that an audit needs to know of one checkpoint.
struct Inventory {
  std::string name;  ///< of the folder or file
  std::filesystem::path path;
  std::string family;  ///< empty when the configuration is not understood
  std::string family_reason;
  std::vector<TensorRecord> tensors;    ///< by name
  std::vector<TensorProblem> problems;  ///< of a model whose configuration is understood, in the order of use
  /// Leaves of config.json, or metadata of a GGUF file (arrays by their digest), by dotted key, and the
  /// digest of tokenizer.json under "tokenizer.json".
  std::map<std::string, Json> settings;
};

/// Reads every byte of a Hugging Face folder or .gguf file. Unlike Checkpoint::open it also takes models that
/// phasescope cannot run. Errors: environment when nothing readable is there, input_file for malformed files.
Inventory take_inventory(const std::filesystem::path& model);

/// Whether a setting says nothing of what the model computes: bookkeeping, training and generation settings.
bool is_bookkeeping_setting(const std::string& key);

}  // namespace phasescope::checkpoint
