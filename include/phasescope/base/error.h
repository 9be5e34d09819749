#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace phasescope {

/// Why the program ends; the values are its documented exit codes.
enum class ExitClass {
  ok = 0,
  internal = 1,
  usage = 2,
  input_file = 3,   ///< a file was read and is wrong
  environment = 4,  ///< missing file, permission, disk, memory, device
  numerics = 5,
  folder_busy = 6,  ///< output folder in use or of another run
  partial = 7,      ///< some items failed, the rest is written
  gate_failed = 8,
  interrupted = 75,  ///< resumable
};

/// Where in a file something is wrong: a byte offset or a line (counted from 1).
struct FilePosition {
  enum class Unit { byte, line } unit = Unit::byte;
  std::uint64_t value = 0;
};

/// The one exception type of phasescope. Thrown where the fault is found, printed once, in main, as
/// `FILE: FIELD at byte N: reason, expected X`; empty parts are left out.
class Error : public std::runtime_error {
 public:
  struct Details {
    std::string file;
    std::string field;
    std::optional<FilePosition> position;
    std::string reason;
    std::string expected;
  };

  Error(ExitClass exit_class, Details details);
  /// Only a reason: for faults that belong to no file.
  Error(ExitClass exit_class, const std::string& reason);

  ExitClass exit_class() const noexcept { return exit_class_; }
  const Details& details() const noexcept { return details_; }

 private:
  ExitClass exit_class_;
  Details details_;
};

/// A wrong input file (exit class input_file).
[[noreturn]] void throw_input_error(const std::string& file, const std::string& field,
                                    const std::string& reason, const std::string& expected = {},
                                    std::optional<FilePosition> position = std::nullopt);

/// The environment lacks something (exit class environment), with the text of errno appended when it is not
/// 0.
[[noreturn]] void throw_environment_error(const std::string& file, const std::string& reason,
                                          int error_number = 0);

inline FilePosition at_byte(std::uint64_t value) {
  return {FilePosition::Unit::byte, value};
}
inline FilePosition at_line(std::uint64_t value) {
  return {FilePosition::Unit::line, value};
}

}  // namespace phasescope
