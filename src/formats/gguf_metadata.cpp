#include "byte_cursor.h"
#include "gguf_layout.h"

#include <cmath>
#include <optional>
#include <type_traits>

#include "phasescope/formats/gguf.h"

// Lookups of metadata. The constructor has checked that every value lies inside the file.
namespace phasescope::formats {
namespace {

/// Calls `use` with the integer at `bytes` in its own type. False when `type` is no integer type.
template <class Use>
bool with_integer(GgufValueType type, const std::byte* bytes, Use use) {
  switch (type) {
    case GgufValueType::uint8:
      return use(load_value<std::uint8_t>(bytes)), true;
    case GgufValueType::int8:
      return use(load_value<std::int8_t>(bytes)), true;
    case GgufValueType::uint16:
      return use(load_value<std::uint16_t>(bytes)), true;
    case GgufValueType::int16:
      return use(load_value<std::int16_t>(bytes)), true;
    case GgufValueType::uint32:
      return use(load_value<std::uint32_t>(bytes)), true;
    case GgufValueType::int32:
      return use(load_value<std::int32_t>(bytes)), true;
    case GgufValueType::uint64:
      return use(load_value<std::uint64_t>(bytes)), true;
    case GgufValueType::int64:
      return use(load_value<std::int64_t>(bytes)), true;
    default:
      return false;
  }
}

/// The integer at `bytes`; nothing when it exceeds 63 bits or `type` is no integer type.
std::optional<std::int64_t> integer_at(GgufValueType type, const std::byte* bytes) {
  std::optional<std::int64_t> result;
  with_integer(type, bytes, [&result](auto number) {
    using Number = decltype(number);
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (std::is_unsigned_v<Number> && static_cast<std::uint64_t>(number) > largest) return;
    result = static_cast<std::int64_t>(number);
  });
  return result;
}

/// The finite number at `bytes`; nothing for an infinity, a NaN, or a type that is no number.
std::optional<double> number_at(GgufValueType type, const std::byte* bytes) {
  std::optional<double> result;
  if (type == GgufValueType::float32) {
    result = static_cast<double>(load_value<float>(bytes));
  } else if (type == GgufValueType::float64) {
    result = load_value<double>(bytes);
  } else {
    with_integer(type, bytes, [&result](auto integer) { result = static_cast<double>(integer); });
  }
  return result && std::isfinite(*result) ? result : std::nullopt;
}

std::optional<bool> boolean_at(GgufValueType type, const std::byte* bytes) {
  if (type != GgufValueType::boolean) return std::nullopt;
  const auto byte = load_value<std::uint8_t>(bytes);
  return byte > 1 ? std::nullopt : std::optional<bool>(byte == 1);
}

/// Moves past one length-prefixed string and returns it.
std::string_view next_text(const std::byte*& bytes) {
  const auto length = static_cast<std::size_t>(load_value<std::uint64_t>(bytes));
  const auto* begin = reinterpret_cast<const char*>(bytes + 8);
  bytes += 8 + length;
  return {begin, length};
}

std::string describe(const GgufMetadata& entry) {
  if (entry.type != GgufValueType::array) return "a value of type " + gguf_type_name(entry.type);
  return "an array of type " + gguf_type_name(entry.element_type);
}

}  // namespace

void GgufFile::fail(std::string_view key, const std::string& reason, const std::string& expected) const {
  const GgufMetadata* entry = find_metadata(key);
  std::optional<FilePosition> position;
  if (entry != nullptr) position = at_byte(entry->byte_offset);
  throw_input_error(file_.path().string(), "metadata '" + std::string(key) + "'", reason, expected, position);
}

const GgufMetadata* GgufFile::find_metadata(std::string_view key) const {
  const auto found = metadata_index_.find(std::string(key));
  return found == metadata_index_.end() ? nullptr : &metadata_[found->second];
}

const GgufMetadata& GgufFile::required(std::string_view key) const {
  const GgufMetadata* entry = find_metadata(key);
  if (entry == nullptr) fail(key, "missing");
  return *entry;
}

const GgufMetadata& GgufFile::required_array(std::string_view key) const {
  const GgufMetadata& entry = required(key);
  if (entry.type != GgufValueType::array) fail(key, "found " + describe(entry), "an array");
  return entry;
}

bool GgufFile::is_array(std::string_view key) const {
  const GgufMetadata* entry = find_metadata(key);
  return entry != nullptr && entry->type == GgufValueType::array;
}

std::string GgufFile::text(std::string_view key) const {
  const GgufMetadata& entry = required(key);
  if (entry.type != GgufValueType::string) fail(key, "found " + describe(entry), "a string");
  const std::byte* bytes = value(entry);
  return std::string(next_text(bytes));
}

std::string GgufFile::text_or(std::string_view key, const std::string& fallback) const {
  return has(key) ? text(key) : fallback;
}

std::int64_t GgufFile::integer(std::string_view key, std::int64_t minimum, std::int64_t maximum) const {
  const GgufMetadata& entry = required(key);
  const auto number = integer_at(entry.type, value(entry));
  if (!number || *number < minimum || *number > maximum) {
    fail(key, "found " + (number ? std::to_string(*number) : describe(entry)),
         "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return *number;
}

std::int64_t GgufFile::integer_or(std::string_view key, std::int64_t fallback, std::int64_t minimum,
                                  std::int64_t maximum) const {
  return has(key) ? integer(key, minimum, maximum) : fallback;
}

double GgufFile::number(std::string_view key) const {
  const GgufMetadata& entry = required(key);
  const auto number = number_at(entry.type, value(entry));
  if (!number) fail(key, "found " + describe(entry), "a finite number");
  return *number;
}

double GgufFile::number_or(std::string_view key, double fallback) const {
  return has(key) ? number(key) : fallback;
}

bool GgufFile::boolean(std::string_view key) const {
  const GgufMetadata& entry = required(key);
  const auto flag = boolean_at(entry.type, value(entry));
  if (!flag) fail(key, "found " + describe(entry), "a boolean that is 0 or 1");
  return *flag;
}

bool GgufFile::boolean_or(std::string_view key, bool fallback) const {
  return has(key) ? boolean(key) : fallback;
}

std::vector<std::string_view> GgufFile::texts(std::string_view key) const {
  const GgufMetadata& entry = required_array(key);
  if (entry.element_type != GgufValueType::string) fail(key, "found " + describe(entry), "strings");
  std::vector<std::string_view> result(entry.count);
  const std::byte* bytes = value(entry);
  for (std::string_view& text : result) text = next_text(bytes);
  return result;
}

// Decodes an array with `decode(type, bytes)`, which returns nothing for what does not fit.
template <class Result, class Decode>
std::vector<Result> GgufFile::decode_array(std::string_view key, const char* expected, Decode decode) const {
  const GgufMetadata& entry = required_array(key);
  const std::uint64_t size = smallest_size(entry.element_type);
  std::vector<Result> result;
  result.reserve(entry.count);
  for (std::uint64_t i = 0; i < entry.count; ++i) {
    const auto element = decode(entry.element_type, value(entry) + i * size);
    if (!element) fail(key, "element " + std::to_string(i) + " of " + describe(entry), expected);
    result.push_back(*element);
  }
  return result;
}

std::vector<std::int64_t> GgufFile::integers(std::string_view key) const {
  return decode_array<std::int64_t>(key, "integers of at most 63 bits", integer_at);
}

std::vector<double> GgufFile::numbers(std::string_view key) const {
  return decode_array<double>(key, "finite numbers", number_at);
}

std::vector<bool> GgufFile::booleans(std::string_view key) const {
  return decode_array<bool>(key, "booleans that are 0 or 1", boolean_at);
}

}  // namespace phasescope::formats
