#include "phasescope/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

struct TypeRow {
  ElementType type;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<TypeRow, 10> kTypes = {{{ElementType::f64, "F64", 8},
                                             {ElementType::f32, "F32", 4},
                                             {ElementType::f16, "F16", 2},
                                             {ElementType::bf16, "BF16", 2},
                                             {ElementType::i64, "I64", 8},
                                             {ElementType::i32, "I32", 4},
                                             {ElementType::i16, "I16", 2},
                                             {ElementType::i8, "I8", 1},
                                             {ElementType::u8, "U8", 1},
                                             {ElementType::boolean, "BOOL", 1}}};

const TypeRow& row_of(ElementType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return row;
  }
  throw Error(ExitClass::internal, "unknown element type");
}

ElementType type_named(const JsonObject& entry) {
  const std::string name = entry.text("dtype");
  for (const TypeRow& row : kTypes) {
    if (row.name == name) return row.type;
  }
  entry.fail("dtype", "found \"" + name + "\"", "one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL");
}

/// Bytes of a tensor of this shape, or an error when the product leaves the range of its type.
std::uint64_t checked_bytes(const JsonObject& entry, const std::vector<std::int64_t>& shape,
                            std::size_t size) {
  std::uint64_t bytes = size;
  for (const std::int64_t extent : shape) {
    if (extent < 0) entry.fail("shape", "holds " + std::to_string(extent), "extents of at least 0");
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor != 0 && bytes > std::numeric_limits<std::int64_t>::max() / factor) {
      entry.fail("shape", "its product overflows");
    }
    bytes *= factor;
  }
  return bytes;
}

constexpr std::uint64_t kLengthBytes = 8;
/// The reference implementation refuses larger headers too.
constexpr std::uint64_t kLargestHeader = 100'000'000;

}  // namespace

std::size_t element_size(ElementType type) {
  return row_of(type).size;
}

std::string_view element_type_name(ElementType type) {
  return row_of(type).name;
}

std::int64_t StoredTensor::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) : mapped_(file) {
  read_header();
}

void SafetensorsFile::read_header() {
  const std::string file = path().string();
  if (mapped_.size() < kLengthBytes) {
    throw_input_error(file, "header length", "file ends after " + std::to_string(mapped_.size()) + " bytes",
                      "at least 8 bytes", at_byte(0));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, mapped_.data(), kLengthBytes);
  if (length > kLargestHeader || length > mapped_.size() - kLengthBytes) {
    throw_input_error(file, "header length", "found " + std::to_string(length),
                      "at most " + std::to_string(std::min(kLargestHeader, mapped_.size() - kLengthBytes)),
                      at_byte(0));
  }
  const char* text = reinterpret_cast<const char*>(mapped_.data() + kLengthBytes);
  const Json header = parse_json({text, static_cast<std::size_t>(length)}, file);
  if (!header.is_object()) throw_input_error(file, "header", "is no JSON object", {}, at_byte(kLengthBytes));
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      const JsonObject strings(entry, file, name);
      for (const auto& item : entry.items()) metadata_[item.key()] = strings.text(item.key());
    } else {
      read_entry(name, entry, kLengthBytes + length);
    }
  }
}

void SafetensorsFile::read_entry(const std::string& name, const Json& value, std::uint64_t data_start) {
  const JsonObject entry(value, path().string(), name);
  StoredTensor tensor;
  tensor.type = type_named(entry);
  tensor.shape = entry.integers("shape");
  tensor.bytes = checked_bytes(entry, tensor.shape, element_size(tensor.type));
  const std::vector<std::int64_t> offsets = entry.integers("data_offsets");
  const auto available = static_cast<std::int64_t>(mapped_.size() - data_start);
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > available) {
    entry.fail("data_offsets", "found " + value["data_offsets"].dump(),
               "two offsets, not decreasing, within " + std::to_string(available) + " bytes of data");
  }
  if (static_cast<std::uint64_t>(offsets[1] - offsets[0]) != tensor.bytes) {
    entry.fail("data_offsets", "span " + std::to_string(offsets[1] - offsets[0]) + " bytes",
               std::to_string(tensor.bytes) + " for this shape and dtype");
  }
  tensor.data = mapped_.data() + data_start + offsets[0];
  if (!index_.emplace(name, tensors_.size()).second) entry.fail("", "appears twice");
  tensors_.emplace_back(name, std::move(tensor));
}

const StoredTensor* SafetensorsFile::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second].second;
}

void write_safetensors(const std::filesystem::path& file,
                       const std::vector<std::pair<std::string, StoredTensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", element_type_name(tensor.type)},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes}}};
    offset += tensor.bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');  // data stays aligned
  const std::uint64_t length = text.size();
  AtomicFile output(file);
  output.write(&length, sizeof length);
  output.write(text);
  for (const auto& item : tensors) output.write(item.second.data, item.second.bytes);
  output.commit();
}

}  // namespace phasescope::formats
