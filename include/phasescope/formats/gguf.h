#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "phasescope/base/files.h"
#include "phasescope/formats/quantization.h"

namespace phasescope::formats {

class ByteCursor;

/// Types of metadata values, numbered as in the file.
enum class GgufValueType : std::uint32_t {
  uint8 = 0,
  int8 = 1,
  uint16 = 2,
  int16 = 3,
  uint32 = 4,
  int32 = 5,
  float32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  uint64 = 10,
  int64 = 11,
  float64 = 12,
};

/// "uint32", "string", ...
std::string gguf_type_name(GgufValueType type);

/// Where a metadata value lies; values are decoded when asked for.
struct GgufMetadata {
  std::string key;
  GgufValueType type = GgufValueType::uint8;
  GgufValueType element_type = GgufValueType::uint8;  ///< the same as `type` unless that is array
  std::uint64_t count = 1;                            ///< number of elements of an array
  std::uint64_t byte_offset = 0;  ///< of the value in the file; of the first element for an array
};

/// A tensor as the file describes it.
struct GgufTensor {
  std::string name;
  std::vector<std::int64_t> shape;  ///< row-major order, the last dimension contiguous (ggml's reversed)
  QuantizationType type = QuantizationType::f32;
  std::int64_t elements = 0;      ///< product of the shape
  std::uint64_t byte_offset = 0;  ///< of the first block, from the start of the file
  std::uint64_t byte_size = 0;
};

/// A GGUF file, version 2 or 3, little endian, mapped into memory (specification: ggml's docs/gguf.md).
///
/// The constructor reads and checks all structure: every count, length, dimension product and offset against
/// the size of the file, the tensors' alignment, and that no two overlap or share a name. Nothing it promises
/// can lead outside the file afterwards. Errors name the file, the field and the byte (exit class input_file;
/// environment when the file cannot be mapped). Tensors of a type that cannot be dequantised are refused by
/// the type's name.
///
/// Lookups: an absent key, another type or a number out of range is an input_file error with the key; the
/// `_or` forms take the fallback for an absent key only. Views and pointers live as long as this object.
class GgufFile {
 public:
  explicit GgufFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  std::uint32_t version() const { return version_; }
  std::uint64_t alignment() const { return alignment_; }

  /// All metadata in the order of the file.
  const std::vector<GgufMetadata>& metadata() const { return metadata_; }
  bool has(std::string_view key) const { return find_metadata(key) != nullptr; }
  bool is_array(std::string_view key) const;

  /// Bytes as they are in the file; UTF-8 by specification, not checked here.
  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, const std::string& fallback) const;
  /// From a value of any integer type.
  std::int64_t integer(std::string_view key, std::int64_t minimum = 0,
                       std::int64_t maximum = std::numeric_limits<std::int64_t>::max()) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t minimum = 0,
                          std::int64_t maximum = std::numeric_limits<std::int64_t>::max()) const;
  /// From a value of any floating-point or integer type; must be finite.
  double number(std::string_view key) const;
  double number_or(std::string_view key, double fallback) const;
  bool boolean(std::string_view key) const;
  bool boolean_or(std::string_view key, bool fallback) const;

  /// Arrays, element types as for the single values.
  std::vector<std::string_view> texts(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;
  std::vector<bool> booleans(std::string_view key) const;

  /// All tensors in the order of the file.
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  /// The tensor of that name, or null.
  const GgufTensor* find(std::string_view name) const;
  /// The tensor of that name; an input_file error when the file has none.
  const GgufTensor& tensor(std::string_view name) const;
  /// The `byte_size` bytes of a tensor of this file.
  const std::byte* data(const GgufTensor& tensor) const { return file_.data() + tensor.byte_offset; }
  const MappedFile& mapped() const { return file_; }

  /// Throws an input_file error about a metadata key of this file.
  [[noreturn]] void fail(std::string_view key, const std::string& reason,
                         const std::string& expected = {}) const;

 private:
  void read_all_metadata(ByteCursor& cursor, std::uint64_t count);
  void read_alignment();
  void read_all_tensors(ByteCursor& cursor, std::uint64_t count);

  const GgufMetadata* find_metadata(std::string_view key) const;
  const GgufMetadata& required(std::string_view key) const;
  const GgufMetadata& required_array(std::string_view key) const;
  template <class Result, class Decode>
  std::vector<Result> decode_array(std::string_view key, const char* expected, Decode decode) const;
  const std::byte* value(const GgufMetadata& entry) const { return file_.data() + entry.byte_offset; }

  MappedFile file_;
  std::uint32_t version_ = 0;
  std::uint64_t alignment_ = 0;
  std::vector<GgufMetadata> metadata_;
  std::vector<GgufTensor> tensors_;
  std::unordered_map<std::string, std::size_t> metadata_index_;
  std::unordered_map<std::string, std::size_t> tensor_index_;
};

}  // namespace phasescope::formats
