#pragma once

#include "matrix.h"

#include <cstdint>
#include <vector>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Keys and values of every block for the sequences of a batch that generate, each sequence in rows of its
/// own.
class KvCache {
 public:
  /// `capacities`: positions to keep for each sequence; 0: none.
  KvCache(const checkpoint::Architecture& architecture, const std::vector<std::int64_t>& capacities);

  /// [capacity, key_value_width] of one sequence in one block; data nullptr when the sequence has no place.
  Matrix keys(std::int64_t block, std::size_t sequence) { return place(keys_, block, sequence); }
  Matrix values(std::int64_t block, std::size_t sequence) { return place(values_, block, sequence); }

 private:
  Matrix place(std::vector<Buffer>& blocks, std::int64_t block, std::size_t sequence);

  std::int64_t width_;
  std::vector<std::int64_t> first_rows_;  ///< one more entry than sequences
  std::vector<Buffer> keys_, values_;
};

}  // namespace phasescope::model
