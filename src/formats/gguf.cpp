#include "phasescope/formats/gguf.h"

#include "byte_cursor.h"
#include "gguf_layout.h"

#include <algorithm>
#include <limits>

namespace phasescope::formats {
namespace {

constexpr std::uint64_t default_alignment = 32;
constexpr std::uint32_t most_dimensions = 4;  // GGML_MAX_DIMS
constexpr int deepest_nesting = 4;            // of arrays in arrays
constexpr std::uint64_t smallest_metadata = 8 + 4 + 1;
constexpr std::uint64_t smallest_tensor_entry = 8 + 4 + 4 + 8;

GgufValueType read_value_type(ByteCursor& cursor) {
  const auto number = cursor.read<std::uint32_t>();
  if (number > static_cast<std::uint32_t>(GgufValueType::float64)) {
    cursor.fail("unknown value type " + std::to_string(number), "0 to 12");
  }
  return static_cast<GgufValueType>(number);
}

void skip_array(ByteCursor& cursor, int depth);

void skip_elements(ByteCursor& cursor, GgufValueType type, std::uint64_t count, int depth) {
  if (type == GgufValueType::string) {
    for (std::uint64_t i = 0; i < count; ++i) cursor.text();
  } else if (type == GgufValueType::array) {
    for (std::uint64_t i = 0; i < count; ++i) skip_array(cursor, depth + 1);
  } else {
    cursor.skip(count * smallest_size(type));
  }
}

void skip_array(ByteCursor& cursor, int depth) {
  if (depth > deepest_nesting) cursor.fail("arrays are nested too deeply");
  const GgufValueType type = read_value_type(cursor);
  const std::uint64_t count = cursor.count(smallest_size(type));
  skip_elements(cursor, type, count, depth);
}

/// Reads key and type, notes where the value is, and passes over it.
GgufMetadata read_metadata(ByteCursor& cursor) {
  GgufMetadata entry;
  entry.key = cursor.text();
  cursor.enter("metadata '" + entry.key + "'");
  entry.type = read_value_type(cursor);
  entry.element_type = entry.type;
  if (entry.type == GgufValueType::array) {
    entry.element_type = read_value_type(cursor);
    entry.count = cursor.count(smallest_size(entry.element_type));
  }
  entry.byte_offset = cursor.position();
  skip_elements(cursor, entry.element_type, entry.count, 1);
  return entry;
}

/// Multiplies the dimensions, refusing what does not fit into 63 bits.
std::int64_t product(const ByteCursor& cursor, const std::vector<std::int64_t>& shape) {
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) {
    if (size > std::numeric_limits<std::int64_t>::max() / elements) {
      cursor.fail("its dimensions multiply to more than 63 bits hold");
    }
    elements *= size;
  }
  return elements;
}

/// ggml lists the contiguous dimension first; the shape is the reverse.
std::vector<std::int64_t> read_shape(ByteCursor& cursor) {
  const auto dimensions = cursor.read<std::uint32_t>();
  if (dimensions > most_dimensions) {
    cursor.fail(std::to_string(dimensions) + " dimensions", "at most " + std::to_string(most_dimensions));
  }
  std::vector<std::int64_t> shape(dimensions);
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = cursor.read<std::uint64_t>();
    if (size == 0 || size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      cursor.fail("a dimension is " + std::to_string(size), "1 to 2^63 - 1");
    }
    shape[dimensions - 1 - i] = static_cast<std::int64_t>(size);
  }
  return shape;
}

QuantizationType read_tensor_type(ByteCursor& cursor) {
  const auto number = cursor.read<std::uint32_t>();
  const auto type = quantization_type(number);
  if (!type) {
    cursor.fail("numbers of type " + quantization_name(number) + " cannot be read",
                "one of " + supported_quantizations());
  }
  return *type;
}

std::uint64_t stored_size(const ByteCursor& cursor, const GgufTensor& tensor) {
  const QuantizationBlock block = quantization_block(tensor.type);
  const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
  if (row % block.elements != 0) {
    cursor.fail("rows of " + std::to_string(row) + " numbers of type " + quantization_name(tensor.type),
                "a multiple of " + std::to_string(block.elements));
  }
  const auto blocks = static_cast<std::uint64_t>(tensor.elements / block.elements);
  const auto block_bytes = static_cast<std::uint64_t>(block.bytes);
  if (blocks > std::numeric_limits<std::uint64_t>::max() / block_bytes) {
    cursor.fail("its size does not fit into 64 bits");
  }
  return blocks * block_bytes;
}

/// The offset is still relative to the data section here.
GgufTensor read_tensor(ByteCursor& cursor) {
  GgufTensor tensor;
  tensor.name = cursor.text();
  cursor.enter("tensor '" + tensor.name + "'");
  tensor.shape = read_shape(cursor);
  tensor.elements = product(cursor, tensor.shape);
  tensor.type = read_tensor_type(cursor);
  tensor.byte_size = stored_size(cursor, tensor);
  tensor.byte_offset = cursor.read<std::uint64_t>();
  return tensor;
}

std::uint32_t read_version(ByteCursor& cursor) {
  cursor.enter("magic");
  const auto magic = cursor.read<std::uint32_t>();
  if (magic != 0x46554747U) cursor.fail("this is no GGUF file", "the bytes 'GGUF'");
  cursor.enter("version");
  const auto version = cursor.read<std::uint32_t>();
  if (version != 0 && (version & 0xFFFFU) == 0) cursor.fail("the file is big-endian", "little-endian");
  if (version != 2 && version != 3) cursor.fail("found " + std::to_string(version), "2 or 3");
  return version;
}

/// Makes a tensor's offset count from the start of the file, checked against alignment and end. The cursor is
/// at the start of the data section.
void place_tensor(GgufTensor& tensor, std::uint64_t entry_position, ByteCursor& data_section,
                  std::uint64_t alignment) {
  const auto fail = [&](const std::string& reason, const std::string& expected) {
    data_section.enter("tensor '" + tensor.name + "'");
    data_section.fail_at(entry_position, reason, expected);
  };
  const std::uint64_t available = data_section.remaining();
  if (tensor.byte_offset % alignment != 0) {
    fail("its data offset is " + std::to_string(tensor.byte_offset),
         "a multiple of " + std::to_string(alignment));
  }
  if (tensor.byte_offset > available || tensor.byte_size > available - tensor.byte_offset) {
    fail("its " + std::to_string(tensor.byte_size) + " bytes at data offset " +
             std::to_string(tensor.byte_offset) + " end after the file",
         "at most " + std::to_string(available) + " bytes of data");
  }
  tensor.byte_offset += data_section.position();
}

void refuse_overlaps(const std::vector<GgufTensor>& tensors, const std::string& file) {
  std::vector<const GgufTensor*> ordered;
  ordered.reserve(tensors.size());
  for (const GgufTensor& tensor : tensors) ordered.push_back(&tensor);
  std::sort(ordered.begin(), ordered.end(),
            [](const GgufTensor* a, const GgufTensor* b) { return a->byte_offset < b->byte_offset; });
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    const GgufTensor& before = *ordered[i - 1];
    if (ordered[i]->byte_offset < before.byte_offset + before.byte_size) {
      throw_input_error(file, "tensor '" + ordered[i]->name + "'",
                        "its data overlap those of '" + before.name + "'", {},
                        at_byte(ordered[i]->byte_offset));
    }
  }
}

}  // namespace

std::string gguf_type_name(GgufValueType type) {
  constexpr const char* names[] = {"uint8",   "int8",   "uint16", "int16",  "uint32", "int32",  "float32",
                                   "boolean", "string", "array",  "uint64", "int64",  "float64"};
  return names[static_cast<std::uint32_t>(type)];
}

GgufFile::GgufFile(const std::filesystem::path& path) : file_(path) {
  ByteCursor cursor(file_);
  version_ = read_version(cursor);
  cursor.enter("tensor count");
  const std::uint64_t tensor_count = cursor.count(smallest_tensor_entry);
  cursor.enter("metadata count");
  const std::uint64_t metadata_count = cursor.count(smallest_metadata);
  read_all_metadata(cursor, metadata_count);
  read_alignment();
  read_all_tensors(cursor, tensor_count);
}

void GgufFile::read_all_metadata(ByteCursor& cursor, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    cursor.enter("metadata entry " + std::to_string(i));
    const std::uint64_t start = cursor.position();
    metadata_.push_back(read_metadata(cursor));
    if (!metadata_index_.emplace(metadata_.back().key, i).second) {
      cursor.fail_at(start, "the key occurs twice");
    }
  }
}

void GgufFile::read_alignment() {
  constexpr std::string_view key = "general.alignment";
  const std::int64_t value = integer_or(key, default_alignment, 1, std::numeric_limits<std::uint32_t>::max());
  alignment_ = static_cast<std::uint64_t>(value);
  if ((alignment_ & (alignment_ - 1)) != 0) fail(key, "found " + std::to_string(value), "a power of 2");
}

void GgufFile::read_all_tensors(ByteCursor& cursor, std::uint64_t count) {
  if (count == 0) return;  // then there need be no data section
  std::vector<std::uint64_t> entry_positions;
  for (std::uint64_t i = 0; i < count; ++i) {
    cursor.enter("tensor entry " + std::to_string(i));
    entry_positions.push_back(cursor.position());
    tensors_.push_back(read_tensor(cursor));
    if (!tensor_index_.emplace(tensors_.back().name, i).second) {
      cursor.fail_at(entry_positions.back(), "the name occurs twice");
    }
  }
  cursor.enter("padding before the tensor data");
  cursor.skip((alignment_ - cursor.position() % alignment_) % alignment_);
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    place_tensor(tensors_[i], entry_positions[i], cursor, alignment_);
  }
  refuse_overlaps(tensors_, file_.path().string());
}

const GgufTensor* GgufFile::find(std::string_view name) const {
  const auto found = tensor_index_.find(std::string(name));
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

const GgufTensor& GgufFile::tensor(std::string_view name) const {
  const GgufTensor* found = find(name);
  if (found == nullptr) {
    throw_input_error(file_.path().string(), "tensor '" + std::string(name) + "'", "missing");
  }
  return *found;
}

}  // namespace phasescope::formats
