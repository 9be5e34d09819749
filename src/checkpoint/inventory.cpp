#include "phasescope/checkpoint/inventory.h"

#include "config_reader.h"
#include "family.h"
#include "gguf_architecture.h"
#include "tensor_store.h"
#include "weight_collector.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/sha256.h"
#include "phasescope/base/threads.h"
#include "phasescope/checkpoint/read_architecture.h"
#include "phasescope/formats/csv.h"
#include "phasescope/formats/safetensors.h"

namespace phasescope::checkpoint {
namespace {

/// A tensor in mapped memory; `numbers` is how its entries are read, nothing for types that hold none.
struct StoredBytes {
  TensorRecord record;
  const std::byte* data;
  std::int64_t elements;
  std::optional<formats::QuantizationType> numbers;
};

std::optional<formats::QuantizationType> number_type(formats::ElementType type) {
  switch (type) {
    case formats::ElementType::f32:
      return formats::QuantizationType::f32;
    case formats::ElementType::f16:
      return formats::QuantizationType::f16;
    case formats::ElementType::bf16:
      return formats::QuantizationType::bf16;
    default:
      return std::nullopt;
  }
}

std::string digest(const StoredBytes& tensor) {
  Sha256 hash;
  std::string head = tensor.record.type;
  for (const std::int64_t extent : tensor.record.shape) head += " " + std::to_string(extent);
  hash.update(head.data(), head.size());
  hash.update(tensor.data, tensor.record.bytes);
  return hash.hex_digest();
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// A piece at a time, so that a large matrix needs no second copy of itself.
void look_at_numbers(const StoredBytes& tensor, TensorRecord& record) {
  constexpr std::int64_t kPiece = 1 << 16;
  const formats::QuantizationBlock block = formats::quantization_block(*tensor.numbers);
  std::vector<float> values(static_cast<std::size_t>(std::min(kPiece, tensor.elements)));
  std::int64_t not_finite = 0;
  std::optional<std::uint32_t> first;
  record.constant = true;
  for (std::int64_t begin = 0; begin < tensor.elements; begin += kPiece) {
    const std::int64_t count = std::min(kPiece, tensor.elements - begin);
    formats::dequantize(*tensor.numbers, tensor.data + begin / block.elements * block.bytes, count,
                        values.data());
    if (!first) first = bits_of(values.front());
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = values[static_cast<std::size_t>(i)];
      not_finite += std::isfinite(value) ? 0 : 1;
      record.constant = record.constant && bits_of(value) == *first;
    }
  }
  record.not_finite = not_finite;
}

std::vector<TensorRecord> records_of(std::vector<StoredBytes> tensors) {
  std::vector<TensorRecord> records(tensors.size());
  parallel_for(static_cast<std::int64_t>(tensors.size()), [&](std::int64_t i) {
    const StoredBytes& tensor = tensors[static_cast<std::size_t>(i)];
    TensorRecord& record = records[static_cast<std::size_t>(i)];
    record = tensor.record;
    record.sha256 = digest(tensor);
    if (tensor.numbers) look_at_numbers(tensor, record);
  });
  std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return records;
}

void flatten(const Json& value, const std::string& key, std::map<std::string, Json>& settings) {
  if (!value.is_object()) {
    settings[key] = value;
    return;
  }
  for (const auto& [name, inner] : value.items())
    flatten(inner, key.empty() ? name : key + "." + name, settings);
}

void find_problems(const Architecture& architecture, const TensorNames& names, const TensorStore& store,
                   Inventory& inventory) {
  std::vector<WeightProblem> problems;
  const WeightCollector collector(architecture, names, store, &problems);
  collector.outer();
  for (std::int64_t b = 0; b < architecture.blocks; ++b) collector.block(b);
  for (const WeightProblem& problem : problems) {
    const std::string reason =
        problem.missing ? problem.reason : problem.reason + ", expected " + problem.expected;
    inventory.problems.push_back({problem.tensor, problem.missing, reason});
  }
}

/// The architecture, or its absence and why.
template <class Read>
std::optional<Architecture> understood(Inventory& inventory, Read read) {
  try {
    Architecture architecture = read();
    inventory.family = architecture.family;
    return architecture;
  } catch (const Error& error) {
    inventory.family_reason = error.what();
    return std::nullopt;
  }
}

void read_folder_settings(const std::filesystem::path& folder, Inventory& inventory) {
  for (const char* name : {"tokenizer.json", "generation_config.json"}) {
    const std::filesystem::path file = folder / name;
    if (std::filesystem::exists(file)) inventory.settings[name] = sha256_of_file(file);
  }
}

void take_folder(const std::filesystem::path& folder, Inventory& inventory) {
  const std::filesystem::path config_path = folder / "config.json";
  const Json config = read_json_file(config_path);
  flatten(config, "", inventory.settings);
  read_folder_settings(folder, inventory);
  const std::unique_ptr<TensorStore> store = open_safetensors_folder(folder);
  std::vector<std::unique_ptr<formats::SafetensorsFile>> files;
  std::vector<StoredBytes> tensors;
  for (const std::filesystem::path& path : store->files()) {
    files.push_back(std::make_unique<formats::SafetensorsFile>(path));
    for (const auto& [name, tensor] : files.back()->tensors()) {
      TensorRecord record{
          name, std::string(formats::element_type_name(tensor.type)), tensor.shape, tensor.bytes, {}, {},
          false};
      tensors.push_back({std::move(record), tensor.data, tensor.elements(), number_type(tensor.type)});
    }
  }
  inventory.tensors = records_of(std::move(tensors));
  const auto architecture =
      understood(inventory, [&] { return read_architecture(config, config_path.string()); });
  if (!architecture) return;
  find_problems(*architecture, find_family(architecture->family)->names(*architecture), *store, inventory);
}

Json metadata_value(const formats::GgufFile& file, const formats::GgufMetadata& entry) {
  using formats::GgufValueType;
  switch (entry.type) {
    case GgufValueType::string:
      return file.text(entry.key);
    case GgufValueType::boolean:
      return file.boolean(entry.key);
    case GgufValueType::float32:
    case GgufValueType::float64:
      return number_or_null(file.number(entry.key));
    case GgufValueType::array:
      break;
    default:
      return file.integer(entry.key, std::numeric_limits<std::int64_t>::min());
  }
  std::string all;
  if (entry.element_type == GgufValueType::string) {
    for (const std::string_view text : file.texts(entry.key)) all += std::string(text) + '\n';
  } else if (entry.element_type == GgufValueType::boolean) {
    for (const bool flag : file.booleans(entry.key)) all += flag ? '1' : '0';
  } else {
    for (const double number : file.numbers(entry.key)) all += formats::shortest_text(number) + '\n';
  }
  return std::to_string(entry.count) + " values, sha256 " + sha256_of_text(all);
}

void take_gguf(const std::filesystem::path& path, Inventory& inventory) {
  const formats::GgufFile file(path);
  for (const formats::GgufMetadata& entry : file.metadata())
    inventory.settings[entry.key] = metadata_value(file, entry);
  std::vector<StoredBytes> tensors;
  for (const formats::GgufTensor& tensor : file.tensors()) {
    TensorRecord record{
        tensor.name, formats::quantization_name(tensor.type), tensor.shape, tensor.byte_size, {}, {}, false};
    tensors.push_back({std::move(record), file.data(tensor), tensor.elements, tensor.type});
  }
  inventory.tensors = records_of(std::move(tensors));
  const auto architecture = understood(inventory, [&] { return read_gguf_architecture(file); });
  if (architecture)
    find_problems(*architecture, gguf_names(*architecture), *open_gguf_tensors(file), inventory);
}

}  // namespace

Inventory take_inventory(const std::filesystem::path& model) {
  Inventory inventory;
  inventory.path = model;
  const std::filesystem::path full = std::filesystem::absolute(model).lexically_normal();
  if (std::filesystem::is_directory(model)) {
    inventory.name =
        full.filename().empty() ? full.parent_path().filename().string() : full.filename().string();
    take_folder(model, inventory);
  } else if (std::filesystem::exists(model)) {
    inventory.name = full.filename().string();
    take_gguf(model, inventory);
  } else {
    throw_environment_error(model.string(), "is neither a folder nor a .gguf file");
  }
  return inventory;
}

bool is_bookkeeping_setting(const std::string& key) {
  const auto dot = key.rfind('.');
  return is_harmless_key(dot == std::string::npos ? key : key.substr(dot + 1)) || key == "eos_token_id" ||
         key.rfind("general.", 0) == 0;
}

}  // namespace phasescope::checkpoint
