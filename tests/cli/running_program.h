#pragma once

#include "program.h"

#include <filesystem>
#include <string>
#include <vector>

namespace phasescope::testing {

/// The phasescope that was built, while it runs. What it writes to stderr can be waited for.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  /// Reads stderr up to the first line that holds `part`. False: it ended before.
  bool wait_for_line(const std::string& part);
  void send(int signal) const;
  /// Waits for the end; standard output is not kept.
  Outcome finish();

 private:
  bool read_more();

  int process_ = 0;
  int errors_ = -1;
  std::string err_;
};

/// Blocks until a file of that name is put in place (renamed or closed after writing) in a folder. Begins to
/// watch when it is made, so make it before whoever writes the file is started.
class FileWatch {
 public:
  FileWatch(const std::filesystem::path& folder, std::string name);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  void wait() const;

 private:
  std::string name_;
  int descriptor_;
};

}  // namespace phasescope::testing
