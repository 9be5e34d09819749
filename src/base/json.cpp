#include "phasescope/base/json.h"

#include <cmath>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope {
namespace {

/// The library's sentence without its "[json.exception...]" prefix and position, which our own message
/// carries.
std::string parser_reason(const std::string& what) {
  const auto colon = what.find(": ", what.find("parse error"));
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    throw_input_error(file, "JSON", parser_reason(error.what()), {}, at_byte(error.byte));
  } catch (const Json::out_of_range&) {  // of the library's parser, which does not say where
    throw_input_error(file, "JSON", "holds a number beyond the range of float64");
  }
}

Json read_json_file(const std::filesystem::path& file) {
  return parse_json(read_text_file(file), file.string());
}

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json number_or_null(const std::optional<double>& value) {
  return value ? number_or_null(*value) : Json(nullptr);
}

JsonObject::JsonObject(const Json& value, std::string file, std::string path)
    : value_(&value), file_(std::move(file)), path_(std::move(path)) {
  if (!value.is_object()) {
    throw_input_error(file_, path_.empty() ? "JSON" : path_, std::string("found ") + value.type_name(),
                      "an object");
  }
}

bool JsonObject::has(const std::string& key) const {
  const auto found = value_->find(key);
  return found != value_->end() && !found->is_null();
}

std::string JsonObject::field(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void JsonObject::fail(const std::string& key, const std::string& reason, const std::string& expected) const {
  throw_input_error(file_, field(key), reason, expected);
}

const Json& JsonObject::required(const std::string& key) const {
  if (!has(key)) fail(key, "missing");
  return *value_->find(key);
}

std::int64_t JsonObject::integer(const std::string& key, std::int64_t minimum, std::int64_t maximum) const {
  const Json& value = required(key);
  if (!value.is_number_integer()) fail(key, "found " + value.dump(), "an integer");
  const bool too_large =
      value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto number = too_large ? 0 : value.get<std::int64_t>();
  if (too_large || number < minimum || number > maximum) {
    fail(key, "found " + value.dump(),
         "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return number;
}

std::int64_t JsonObject::integer_or(const std::string& key, std::int64_t fallback, std::int64_t minimum,
                                    std::int64_t maximum) const {
  return has(key) ? integer(key, minimum, maximum) : fallback;
}

double JsonObject::number(const std::string& key) const {
  const Json& value = required(key);
  if (!value.is_number()) fail(key, "found " + value.dump(), "a number");
  const auto number = value.get<double>();
  if (!std::isfinite(number)) fail(key, "found " + value.dump(), "a finite number");
  return number;
}

double JsonObject::number_or(const std::string& key, double fallback) const {
  return has(key) ? number(key) : fallback;
}

bool JsonObject::boolean_or(const std::string& key, bool fallback) const {
  if (!has(key)) return fallback;
  const Json& value = required(key);
  if (!value.is_boolean()) fail(key, "found " + value.dump(), "true or false");
  return value.get<bool>();
}

std::string JsonObject::text(const std::string& key) const {
  const Json& value = required(key);
  if (!value.is_string()) fail(key, "found " + value.dump(), "a string");
  return value.get<std::string>();
}

std::string JsonObject::text_or(const std::string& key, const std::string& fallback) const {
  return has(key) ? text(key) : fallback;
}

JsonObject JsonObject::object(const std::string& key) const {
  return {required(key), file_, field(key)};
}

const Json& JsonObject::array(const std::string& key) const {
  const Json& value = required(key);
  if (!value.is_array()) fail(key, std::string("found ") + value.type_name(), "an array");
  return value;
}

std::vector<double> JsonObject::numbers(const std::string& key) const {
  std::vector<double> result;
  for (const Json& item : array(key)) {
    if (!item.is_number()) fail(key, "holds " + item.dump(), "numbers");
    result.push_back(item.get<double>());
  }
  return result;
}

std::vector<std::int64_t> JsonObject::integers(const std::string& key) const {
  std::vector<std::int64_t> result;
  for (const Json& item : array(key)) {
    if (!item.is_number_integer()) fail(key, "holds " + item.dump(), "integers");
    result.push_back(item.get<std::int64_t>());
  }
  return result;
}

std::vector<std::string> JsonObject::texts(const std::string& key) const {
  std::vector<std::string> result;
  for (const Json& item : array(key)) {
    if (!item.is_string()) fail(key, "holds " + item.dump(), "strings");
    result.push_back(item.get<std::string>());
  }
  return result;
}

}  // namespace phasescope
