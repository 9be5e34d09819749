#pragma once

#include "../temporary_folder.h"
#include "program.h"
#include "small_sweep.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace phasescope::testing {

/// What happens to one operation on a file, in the words of fault_injection.cpp.
struct Fault {
  std::string operation;  ///< create, write, flush, place or remove
  int number = 0;         ///< which of these, counted from 1
  std::string kind;       ///< kill, error, short, torn-kill or torn-error
  int error = 0;          ///< errno of an error
};

/// The program meets this fault among its operations below a folder.
Surroundings with_fault(const Fault& fault, const std::filesystem::path& below);

/// One operation on a file, as it happened.
struct FileOperation {
  std::string operation, path;
  std::string from;  ///< what path was called before it was put in place
};

/// Without libtorch: stand_in_model.cpp is the model library.
Surroundings with_stand_in_model();

/// A command that writes a folder, what an undisturbed process leaves there, and whether another one leaves
/// the same. The model library is stand_in_model.cpp.
class FaultedCommand {
 public:
  /// `run` of ct_t in several batches, with states and steps.
  static FaultedCommand run();
  /// `run` of ct_t, species, pairs and dynamics.
  static FaultedCommand run_of_everything();
  /// `sweep` of two models, one point each.
  static FaultedCommand sweep();

  /// In an output folder that is as the process before has left it.
  Outcome execute(Surroundings surroundings = {}) const;
  void clear() const { std::filesystem::remove_all(output()); }
  /// Makes the undisturbed folder, which expect_finished compares with.
  void execute_undisturbed();
  /// What an undisturbed process does to files, in order.
  std::vector<FileOperation> operations() const;
  /// How many of one kind it does.
  int count(const std::string& operation) const;

  /// The output folder lies in it.
  const std::filesystem::path& folder() const { return folder_->path(); }
  /// The output may be moved, to a folder of another file system.
  const std::filesystem::path& output() const { return output_; }
  void set_output(std::filesystem::path output) { output_ = std::move(output); }
  std::vector<std::string> arguments() const;

  /// Runs the command once more and expects that it finishes silently, and that every byte is that of an
  /// undisturbed process. Manifests are compared without times, memory and the number of batches that were
  /// taken over.
  void expect_resumed() const;
  void expect_finished() const;
  /// What an interrupted process may leave: each file whole and as in the end or not there; of journals whole
  /// lines; temporary files and locks only where it had no time to clean up.
  void expect_nothing_half(bool killed) const;
  /// One line "error: FILE: ... (REASON)" with a file of the output folder, exit code 4, nothing on stdout.
  void expect_one_error(const Outcome& outcome, int error) const;

 private:
  FaultedCommand() = default;

  std::unique_ptr<TemporaryFolder> folder_ = std::make_unique<TemporaryFolder>();
  std::unique_ptr<SmallSweep> sweep_;
  std::filesystem::path output_ = std::filesystem::canonical(folder_->path()) / "out";
  std::vector<std::string> arguments_;
  std::map<std::string, std::string> expected_;
};

}  // namespace phasescope::testing
