#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::testing {

/// How a process ended and what it wrote.
struct Outcome {
  int exit_code = -1;  ///< 128 + the signal that ended it, as in a shell
  std::string out;
  std::string err;
};

/// What surrounds a process.
struct Surroundings {
  std::map<std::string, std::string> environment;  ///< added to ours, less what phasescope itself reads
  std::string input;                               ///< standard input
  std::filesystem::path folder;                    ///< working folder; empty: ours
  std::optional<std::uint64_t> largest_file;       ///< writing beyond fails, as on a full disk
  std::filesystem::path output_to;                 ///< standard output goes here instead
  bool obeys_permissions = false;                  ///< even where we are the superuser
};

Surroundings with_variable(const std::string& name, const std::string& value);

/// Standard streams of a process, as descriptors of ours.
struct Streams {
  int input, output, errors;
};

/// Starts a program without a shell, signals at their defaults, and gives its process id.
int start_process(const std::string& program, const std::vector<std::string>& arguments,
                  const Surroundings& surroundings, const Streams& streams);
/// Waits for a process to end; its exit code as in Outcome.
int exit_code_of(int process);

/// Runs a program without a shell, and waits for it.
Outcome run_process(const std::string& program, const std::vector<std::string>& arguments,
                    const Surroundings& surroundings = {});

/// Runs the phasescope that was built.
Outcome phasescope(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

/// Expects that a call failed with this exit class, nothing on stdout and the one line "error: <message>" on
/// stderr.
void expect_error(const Outcome& outcome, int exit_code, const std::string& message);
/// The same for messages that end in what a library says.
void expect_error_beginning(const Outcome& outcome, int exit_code, const std::string& beginning);

}  // namespace phasescope::testing
