#include "program.h"

#include "../places.h"

#include <cstring>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace phasescope::testing {
namespace {

/// Strings as execve wants them; the strings must outlive it.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  const std::set<std::string> read_by_phasescope = {"PHASESCOPE_CONFIGS", "PHASESCOPE_MODEL_LIBRARY",
                                                    "HF_HOME", "HF_HUB_CACHE"};
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    if (read_by_phasescope.count(name) == 0 && added.count(name) == 0) all.emplace_back(*entry);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

/// A file in memory, for one of a process's standard streams.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content = {}) : descriptor_(::memfd_create("stream", 0)) {
    EXPECT_GE(descriptor_, 0);
    EXPECT_EQ(::write(descriptor_, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::string content() const {
    std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(descriptor_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  int descriptor_;
};

/// Files ask even the superuser for permission once these capabilities are gone. It may lack the right to
/// drop them, and then lacks them itself.
void obey_permissions() {
  ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
  ::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
}

/// In the child, between fork and exec: only calls that are safe there.
bool enter(const Surroundings& surroundings, const Streams& streams) {
  // A test that was started in the background of a script may have SIGINT ignored.
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2}) ::signal(number, SIG_DFL);
  const int output =
      surroundings.output_to.empty() ? streams.output : ::open(surroundings.output_to.c_str(), O_WRONLY);
  if (::dup2(streams.input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(streams.errors, 2) < 0) return false;
  if (!surroundings.folder.empty() && ::chdir(surroundings.folder.c_str()) != 0) return false;
  if (surroundings.obeys_permissions) obey_permissions();
  if (!surroundings.largest_file) return true;
  const rlimit limit{*surroundings.largest_file, *surroundings.largest_file};
  return ::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

}  // namespace

Surroundings with_variable(const std::string& name, const std::string& value) {
  Surroundings surroundings;
  surroundings.environment[name] = value;
  return surroundings;
}

int start_process(const std::string& program, const std::vector<std::string>& arguments,
                  const Surroundings& surroundings, const Streams& streams) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = environment_with(surroundings.environment);
  const std::vector<char*> argument_pointers = pointers_to(words);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  const pid_t child = ::fork();
  if (child == 0) {
    if (enter(surroundings, streams))
      ::execve(program.c_str(), argument_pointers.data(), environment_pointers.data());
    ::_exit(127);
  }
  return child;
}

int exit_code_of(int process) {
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Outcome run_process(const std::string& program, const std::vector<std::string>& arguments,
                    const Surroundings& surroundings) {
  const MemoryFile input(surroundings.input), output, errors;
  const int child = start_process(program, arguments, surroundings,
                                  {input.descriptor(), output.descriptor(), errors.descriptor()});
  const int exit_code = exit_code_of(child);
  return {exit_code, output.content(), errors.content()};
}

Outcome phasescope(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  return run_process(built_program().string(), arguments, surroundings);
}

void expect_error(const Outcome& outcome, int exit_code, const std::string& message) {
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "error: " + message + "\n");
}

void expect_error_beginning(const Outcome& outcome, int exit_code, const std::string& beginning) {
  const std::string start = "error: " + beginning;
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err.substr(0, start.size()), start);
  EXPECT_EQ(outcome.err.find('\n') + 1, outcome.err.size()) << outcome.err;
}

}  // namespace phasescope::testing
