#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "phasescope/formats/gguf.h"

namespace phasescope::formats::testing {

/// Appends the parts of a GGUF file to a string, with no check whatever, so that tests can write wrong files.
class GgufBytes {
 public:
  template <class T>
  GgufBytes& number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  GgufBytes& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  GgufBytes& text(std::string_view value) { return number<std::uint64_t>(value.size()).raw(value); }
  GgufBytes& type(GgufValueType value) { return number(static_cast<std::uint32_t>(value)); }

  GgufBytes& header(std::uint64_t tensors, std::uint64_t metadata, std::uint32_t version = 3) {
    return raw("GGUF").number(version).number(tensors).number(metadata);
  }
  GgufBytes& alignment(std::uint32_t value) {
    return text("general.alignment").type(GgufValueType::uint32).number(value);
  }
  /// One dimension of `size` float32 numbers.
  GgufBytes& floats(std::string_view name, std::uint64_t size, std::uint64_t offset) {
    return text(name).number<std::uint32_t>(1).number(size).number<std::uint32_t>(0).number(offset);
  }
  GgufBytes& pad(std::size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
    return *this;
  }
  GgufBytes& zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace phasescope::formats::testing
