#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace phasescope {

/// Objects keep the order in which keys were written: reports are read by people too.
using Json = nlohmann::ordered_json;

/// Parses a text that came from `file`. Errors: input_file with the byte of the fault; duplicate keys keep
/// the last value.
Json parse_json(std::string_view text, const std::string& file);

/// Reads and parses a whole file. Errors: environment when it cannot be read, input_file when it is no JSON.
Json read_json_file(const std::filesystem::path& file);

/// A finite number, or null: JSON has no NaN or infinity. The caller writes the sibling `<name>_reason`.
Json number_or_null(double value);
Json number_or_null(const std::optional<double>& value);

/// A JSON object that was read from a file, with accessors that check presence, type and range and name the
/// file and the dotted field in every error (exit class input_file). Null counts as absent. Holds references:
/// the JSON value must outlive it.
class JsonObject {
 public:
  JsonObject(const Json& value, std::string file, std::string path = {});

  const std::string& file() const { return file_; }
  const Json& json() const { return *value_; }
  bool has(const std::string& key) const;
  /// The dotted name of a field of this object, as errors print it.
  std::string field(const std::string& key) const;

  std::int64_t integer(const std::string& key, std::int64_t minimum = 0,
                       std::int64_t maximum = std::numeric_limits<std::int64_t>::max()) const;
  std::int64_t integer_or(const std::string& key, std::int64_t fallback, std::int64_t minimum = 0,
                          std::int64_t maximum = std::numeric_limits<std::int64_t>::max()) const;
  double number(const std::string& key) const;
  double number_or(const std::string& key, double fallback) const;
  bool boolean_or(const std::string& key, bool fallback) const;
  std::string text(const std::string& key) const;
  std::string text_or(const std::string& key, const std::string& fallback) const;
  JsonObject object(const std::string& key) const;
  const Json& array(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<std::int64_t> integers(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;

  [[noreturn]] void fail(const std::string& key, const std::string& reason,
                         const std::string& expected = {}) const;

 private:
  const Json& required(const std::string& key) const;

  const Json* value_;
  std::string file_;
  std::string path_;
};

}  // namespace phasescope
