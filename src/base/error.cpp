#include "phasescope/base/error.h"

#include <cstring>
#include <utility>

namespace phasescope {
namespace {

std::string position_text(const FilePosition& position) {
  const char* unit = position.unit == FilePosition::Unit::byte ? "byte " : "line ";
  return std::string(" at ") + unit + std::to_string(position.value);
}

/// Control characters in a name taken from a file would break the promise of one line.
std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string message_text(const Error::Details& details) {
  std::string message = details.file;
  std::string place = details.field;
  if (details.position) place += position_text(*details.position);
  if (!place.empty()) {
    if (!message.empty()) message += ": ";
    message += place.front() == ' ' ? place.substr(1) : place;
  }
  if (!message.empty()) message += ": ";
  message += details.reason;
  if (!details.expected.empty()) message += ", expected " + details.expected;
  return on_one_line(std::move(message));
}

}  // namespace

Error::Error(ExitClass exit_class, Details details)
    : std::runtime_error(message_text(details)), exit_class_(exit_class), details_(std::move(details)) {}

Error::Error(ExitClass exit_class, const std::string& reason)
    : Error(exit_class, Details{{}, {}, std::nullopt, reason, {}}) {}

void throw_input_error(const std::string& file, const std::string& field, const std::string& reason,
                       const std::string& expected, std::optional<FilePosition> position) {
  throw Error(ExitClass::input_file, {file, field, position, reason, expected});
}

void throw_environment_error(const std::string& file, const std::string& reason, int error_number) {
  std::string text = reason;
  if (error_number != 0) text += std::string(" (") + std::strerror(error_number) + ")";
  throw Error(ExitClass::environment, {file, {}, std::nullopt, text, {}});
}

}  // namespace phasescope
