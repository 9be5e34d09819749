#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/formats/gguf.h"
#include "phasescope/formats/quantization.h"

namespace phasescope::checkpoint {

/// A tensor as some file of the checkpoint holds it.
struct StoredMatrix {
  std::string name;
  std::string file;
  formats::QuantizationType type = formats::QuantizationType::f32;
  std::vector<std::int64_t> shape;
  const std::byte* data = nullptr;
};

/// The tensors of a checkpoint by name, wherever they lie. Owns the mapped files.
class TensorStore {
 public:
  virtual ~TensorStore() = default;
  virtual std::optional<StoredMatrix> find(const std::string& name) const = 0;
  /// At least one.
  virtual const std::vector<std::filesystem::path>& files() const = 0;
};

/// `model.safetensors`, or the shards named by `model.safetensors.index.json`, of a folder. Errors:
/// environment when there is neither, input_file when an index is malformed or a shard lacks a tensor that
/// the index promises.
std::unique_ptr<TensorStore> open_safetensors_folder(const std::filesystem::path& folder);

/// The tensors of an open GGUF file, which must outlive the store.
std::unique_ptr<TensorStore> open_gguf_tensors(const formats::GgufFile& file);

}  // namespace phasescope::checkpoint
