#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/checkpoint/architecture.h"
#include "phasescope/checkpoint/weights.h"

namespace phasescope::formats {
class GgufFile;
}

namespace phasescope::checkpoint {

class TensorStore;

enum class CheckpointFormat { safetensors, gguf };

/// A model on disk, opened: its architecture, and where each weight lies in the mapped files. No weight has
/// been read yet, but every shape is checked. Not copyable; the Weights point into it.
class Checkpoint {
 public:
  /// `model`: a Hugging Face folder, a .gguf file, or `org/name[@revision]` in the local hub cache
  /// (HF_HUB_CACHE, HF_HOME/hub,
  /// ~/.cache/huggingface/hub, in this order). Never downloads. Errors: environment when nothing is there,
  /// input_file for malformed files, unsupported families and shapes that do not fit the configuration.
  static Checkpoint open(const std::string& model);
  ~Checkpoint();
  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;

  CheckpointFormat format() const { return format_; }
  /// The folder's or file's own name, or org/name.
  const std::string& name() const { return name_; }
  const std::filesystem::path& path() const { return path_; }
  const Architecture& architecture() const { return architecture_; }
  const OuterWeights& outer() const { return outer_; }
  const std::vector<BlockWeights>& blocks() const { return blocks_; }
  const std::vector<std::filesystem::path>& weight_files() const;
  /// config.json, or the GGUF file.
  std::filesystem::path config_file() const;
  /// tokenizer.json, or the GGUF file.
  std::filesystem::path tokenizer_file() const;
  /// nullptr for a Hugging Face folder.
  const formats::GgufFile* gguf() const { return gguf_.get(); }

  /// Number of parameters the model uses, tied ones once.
  std::int64_t parameters() const;
  /// Bytes of the weights the model uses, as stored.
  std::uint64_t stored_bytes() const;
  /// The type that holds most parameters, e.g. "BF16" or "Q4_1".
  std::string stored_type() const;

 private:
  Checkpoint();
  static Checkpoint open_folder(const std::filesystem::path& folder);
  static Checkpoint open_gguf(const std::filesystem::path& file);

  CheckpointFormat format_ = CheckpointFormat::safetensors;
  std::string name_;
  std::filesystem::path path_;
  Architecture architecture_;
  std::unique_ptr<formats::GgufFile> gguf_;
  std::unique_ptr<TensorStore> store_;
  OuterWeights outer_;
  std::vector<BlockWeights> blocks_;
};

/// The names of the supported families.
std::vector<std::string> family_names();
/// Those that are also read from GGUF files.
std::vector<std::string> gguf_family_names();

}  // namespace phasescope::checkpoint
