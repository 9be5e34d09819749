#include "running_program.h"

#include "../places.h"

#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

namespace phasescope::testing {

RunningProgram::RunningProgram(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  process_ = start_process(built_program().string(), arguments, surroundings, {nothing, nothing, ends[1]});
  ::close(nothing);
  ::close(ends[1]);
  errors_ = ends[0];
}

RunningProgram::~RunningProgram() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(errors_);
}

bool RunningProgram::read_more() {
  char text[4096];
  const ssize_t count = ::read(errors_, text, sizeof text);
  if (count > 0) err_.append(text, static_cast<std::size_t>(count));
  return count > 0;
}

bool RunningProgram::wait_for_line(const std::string& part) {
  for (;;) {
    const auto found = err_.find(part);
    if (found != std::string::npos && err_.find('\n', found) != std::string::npos) return true;
    if (!read_more()) return false;
  }
}

void RunningProgram::send(int signal) const {
  EXPECT_EQ(::kill(process_, signal), 0);
}

Outcome RunningProgram::finish() {
  while (read_more()) {
  }
  return {exit_code_of(std::exchange(process_, 0)), "", err_};
}

FileWatch::FileWatch(const std::filesystem::path& folder, std::string name)
    : name_(std::move(name)), descriptor_(::inotify_init1(IN_CLOEXEC)) {
  EXPECT_GE(::inotify_add_watch(descriptor_, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE), 0);
}

FileWatch::~FileWatch() {
  ::close(descriptor_);
}

void FileWatch::wait() const {
  alignas(inotify_event) char buffer[16 * (sizeof(inotify_event) + 256)];
  for (;;) {
    const ssize_t count = ::read(descriptor_, buffer, sizeof buffer);
    ASSERT_GT(count, 0);
    for (const char* next = buffer; next < buffer + count;) {
      const auto* event = reinterpret_cast<const inotify_event*>(next);
      if (event->len > 0 && name_ == event->name) return;
      next += sizeof(inotify_event) + event->len;
    }
  }
}

}  // namespace phasescope::testing
