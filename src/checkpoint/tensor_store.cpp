#include "tensor_store.h"

#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/formats/safetensors.h"

namespace phasescope::checkpoint {
namespace {

using formats::ElementType;
using formats::QuantizationType;

QuantizationType weight_type(const std::string& file, const std::string& name, ElementType type) {
  switch (type) {
    case ElementType::f32:
      return QuantizationType::f32;
    case ElementType::f16:
      return QuantizationType::f16;
    case ElementType::bf16:
      return QuantizationType::bf16;
    default:
      throw_input_error(file, name, "has dtype " + std::string(formats::element_type_name(type)),
                        "F32, F16 or BF16");
  }
}

class SafetensorsStore : public TensorStore {
 public:
  /// A file with all its tensors.
  void add(const std::filesystem::path& path) {
    for (const auto& item : open(path).tensors()) shard_of_[item.first] = shards_.size() - 1;
  }

  /// A shard with those tensors that the index gives to it.
  void add(const std::filesystem::path& path, const std::vector<std::string>& names,
           const JsonObject& index) {
    const formats::SafetensorsFile& file = open(path);
    for (const std::string& name : names) {
      if (file.find(name) == nullptr) index.fail(name, "is not in " + path.filename().string());
      shard_of_[name] = shards_.size() - 1;
    }
  }

  std::optional<StoredMatrix> find(const std::string& name) const override {
    const auto found = shard_of_.find(name);
    if (found == shard_of_.end()) return std::nullopt;
    const formats::SafetensorsFile& shard = *shards_[found->second];
    const formats::StoredTensor* tensor = shard.find(name);
    const std::string file = shard.path().string();
    return StoredMatrix{name, file, weight_type(file, name, tensor->type), tensor->shape, tensor->data};
  }

  const std::vector<std::filesystem::path>& files() const override { return paths_; }

 private:
  const formats::SafetensorsFile& open(const std::filesystem::path& path) {
    paths_.push_back(path);
    return *shards_.emplace_back(std::make_unique<formats::SafetensorsFile>(path));
  }

  std::vector<std::unique_ptr<formats::SafetensorsFile>> shards_;
  std::vector<std::filesystem::path> paths_;
  std::map<std::string, std::size_t> shard_of_;
};

class GgufStore : public TensorStore {
 public:
  explicit GgufStore(const formats::GgufFile& file) : file_(file), paths_{file.path()} {}

  std::optional<StoredMatrix> find(const std::string& name) const override {
    const formats::GgufTensor* tensor = file_.find(name);
    if (tensor == nullptr) return std::nullopt;
    return StoredMatrix{name, file_.path().string(), tensor->type, tensor->shape, file_.data(*tensor)};
  }

  const std::vector<std::filesystem::path>& files() const override { return paths_; }

 private:
  const formats::GgufFile& file_;
  std::vector<std::filesystem::path> paths_;
};

/// A shard's name comes from a file: it must not lead out of the folder.
std::string shard_name(const JsonObject& map, const std::string& tensor) {
  std::string name = map.text(tensor);
  const bool plain = !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
  if (!plain) map.fail(tensor, "found \"" + name + "\"", "a file name in the same folder");
  return name;
}

void add_shards(const std::filesystem::path& index_path, SafetensorsStore& store) {
  const Json index = read_json_file(index_path);
  const JsonObject map = JsonObject(index, index_path.string()).object("weight_map");
  std::map<std::string, std::vector<std::string>> tensors_of;
  for (const auto& [tensor, shard] : map.json().items()) {
    tensors_of[shard_name(map, tensor)].push_back(tensor);
  }
  if (tensors_of.empty()) throw_input_error(index_path.string(), "weight_map", "is empty");
  for (const auto& [shard, tensors] : tensors_of) store.add(index_path.parent_path() / shard, tensors, map);
}

}  // namespace

std::unique_ptr<TensorStore> open_safetensors_folder(const std::filesystem::path& folder) {
  auto store = std::make_unique<SafetensorsStore>();
  const std::filesystem::path single = folder / "model.safetensors";
  const std::filesystem::path index = folder / "model.safetensors.index.json";
  if (std::filesystem::exists(single)) {
    store->add(single);
  } else if (std::filesystem::exists(index)) {
    add_shards(index, *store);
  } else {
    throw_environment_error(folder.string(),
                            "holds neither model.safetensors nor model.safetensors.index.json");
  }
  return store;
}

std::unique_ptr<TensorStore> open_gguf_tensors(const formats::GgufFile& file) {
  return std::make_unique<GgufStore>(file);
}

}  // namespace phasescope::checkpoint
