#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::formats {

/// The value of type T at `bytes`, little endian as this machine is, at any alignment.
template <class T>
T load_value(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// Reads a mapped file from front to back. Every step is checked against the end of the file; errors name the
/// field that was entered last and the byte where the item that is wrong begins.
class ByteCursor {
 public:
  explicit ByteCursor(const MappedFile& file) : file_(file) {}

  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return file_.size() - position_; }
  const std::string& field() const { return field_; }
  /// From here on errors speak of `field`.
  void enter(std::string field) { field_ = std::move(field); }

  template <class T>
  T read() {
    need(sizeof(T));
    const T value = load_value<T>(file_.data() + position_);
    item_ = position_;
    position_ += sizeof(T);
    return value;
  }

  void skip(std::uint64_t length) {
    need(length);
    position_ += length;
  }

  /// A 64-bit length and that many bytes; lives as long as the mapped file.
  std::string_view text() {
    const auto length = read<std::uint64_t>();
    need(length);
    const auto* begin = reinterpret_cast<const char*>(file_.data() + position_);
    position_ += length;
    return {begin, static_cast<std::size_t>(length)};
  }

  /// A 64-bit count of things that take at least `smallest` bytes each.
  std::uint64_t count(std::uint64_t smallest) {
    const auto value = read<std::uint64_t>();
    if (value > remaining() / smallest) {
      fail("count " + std::to_string(value) + " does not fit into the rest of the file",
           "at most " + std::to_string(remaining() / smallest));
    }
    return value;
  }

  /// About the number that was read last.
  [[noreturn]] void fail(const std::string& reason, const std::string& expected = {}) const {
    fail_at(item_, reason, expected);
  }
  [[noreturn]] void fail_at(std::uint64_t position, const std::string& reason,
                            const std::string& expected = {}) const {
    throw_input_error(file_.path().string(), field_, reason, expected, at_byte(position));
  }

 private:
  void need(std::uint64_t length) const {
    if (length > remaining()) {
      fail_at(position_, "the file ends after " + std::to_string(remaining()) + " more bytes",
              std::to_string(length) + " more bytes");
    }
  }

  const MappedFile& file_;
  std::uint64_t position_ = 0;
  std::uint64_t item_ = 0;  ///< start of the number that was read last
  std::string field_;
};

}  // namespace phasescope::formats
