#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace phasescope::text {

/// The merges of byte-pair encoding: (left token, right token) -> (rank, merged token), as a hash table with
/// open addressing (half a million entries, looked up for every pair of neighbours).
class MergeTable {
 public:
  struct Merge {
    std::uint32_t rank;
    std::uint32_t token;
  };

  explicit MergeTable(std::size_t expected_merges);
  /// Of equal pairs the last one counts.
  void insert(std::uint32_t left, std::uint32_t right, Merge merge);
  /// Null when the two do not merge. Valid until the next insertion.
  const Merge* find(std::uint32_t left, std::uint32_t right) const;

 private:
  struct Slot {
    std::uint64_t pair;
    Merge merge;
  };
  std::size_t slot_of(std::uint64_t pair) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two of them, at most half used
  std::size_t used_ = 0;
};

}  // namespace phasescope::text
