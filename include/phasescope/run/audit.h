#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "phasescope/checkpoint/inventory.h"
#include "phasescope/curvature/gate_expression.h"

namespace phasescope::run {

/// The checkpoints that patterns name, each once: paths, and shell patterns with * ? [..]. Sorted so that
/// numbers inside names count as numbers (step8 before step64). Errors: environment when a pattern matches
/// nothing.
std::vector<std::filesystem::path> find_checkpoints(const std::vector<std::string>& patterns);

/// Whether `a` comes before `b` when digits in a row count as one number.
bool comes_before(const std::string& a, const std::string& b);

/// A checkpoint that was read, or why it was not.
struct AuditedCheckpoint {
  checkpoint::Inventory inventory;
  std::string error;  ///< empty: it was read
};

/// Matrices that two checkpoints have in common, name, shape and bytes. Those with one value all over (tables
/// that were never trained) say nothing and are left out, like vectors.
struct SharedMatrices {
  std::size_t first = 0, second = 0;  ///< places in AuditReport::checkpoints
  std::vector<std::string> names;
  std::uint64_t bytes = 0;
  double share = 0;  ///< of the bytes of the smaller checkpoint's matrices
};

/// A setting that is not the same in two checkpoints that follow each other; null where there is none.
struct SettingChange {
  std::size_t before = 0, after = 0;
  std::string key;
  Json old_value, new_value;
  bool bookkeeping = false;  ///< it says nothing of what is computed
};

/// A tensor that only one of two checkpoints that follow each other has, or that changed type or shape.
struct TensorChange {
  std::size_t before = 0, after = 0;
  std::string name;
  std::string change;  ///< "gone", "new", or "F32 [4, 4] to F32 [4, 8]"
};

struct AuditReport {
  std::vector<AuditedCheckpoint> checkpoints;
  /// Checkpoints whose tensors are all the same, at least two a group.
  std::vector<std::vector<std::size_t>> duplicates;
  /// Pairs with some of their matrices in common that are not duplicates of each other, the largest share
  /// first.
  std::vector<SharedMatrices> part_duplicates;
  std::vector<SettingChange> setting_changes;
  std::vector<TensorChange> tensor_changes;
};

/// Reads all of the checkpoints. `note` is called before each with its place and path.
AuditReport audit_checkpoints(
    const std::vector<std::filesystem::path>& paths,
    const std::function<void(std::size_t, const std::filesystem::path&)>& note = {});

/// The numbers that `--fail-if` may name.
curvature::GateValues audit_values(const AuditReport& report);

/// As configs/schemas/audit.schema.json says.
Json to_json(const AuditReport& report);
/// A table of the checkpoints, and a line for everything that was found.
std::string audit_text(const AuditReport& report);

}  // namespace phasescope::run
