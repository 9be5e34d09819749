#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope::formats {

/// Element types of the safetensors format that phasescope reads or writes.
enum class ElementType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

std::size_t element_size(ElementType type);
/// The format's own name, e.g. "BF16".
std::string_view element_type_name(ElementType type);

/// Where one tensor lies: row-major elements at `data`, owned by the file that it came from.
struct StoredTensor {
  ElementType type = ElementType::f32;
  std::vector<std::int64_t> shape;
  const std::byte* data = nullptr;
  std::uint64_t bytes = 0;

  std::int64_t elements() const;
};

/// A safetensors file, mapped into memory. Every offset and shape of the header is checked when it is opened.
/// Format: 8 bytes little-endian header length, a JSON header, the data (github.com/huggingface/safetensors).
class SafetensorsFile {
 public:
  /// Errors: environment when unreadable; input_file when the header is malformed or points outside the data.
  explicit SafetensorsFile(const std::filesystem::path& file);

  const std::filesystem::path& path() const { return mapped_.path(); }
  /// In order of appearance in the header.
  const std::vector<std::pair<std::string, StoredTensor>>& tensors() const { return tensors_; }
  /// nullptr when there is none of that name.
  const StoredTensor* find(const std::string& name) const;
  /// The free-form `__metadata__` strings.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const MappedFile& mapped() const { return mapped_; }

 private:
  void read_header();
  void read_entry(const std::string& name, const Json& entry, std::uint64_t data_start);

  MappedFile mapped_;
  std::vector<std::pair<std::string, StoredTensor>> tensors_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::string> metadata_;
};

/// Writes a safetensors file atomically, tensors in the given order. The data is read during the call only.
/// Errors: environment (disk full, permission).
void write_safetensors(const std::filesystem::path& file,
                       const std::vector<std::pair<std::string, StoredTensor>>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace phasescope::formats
