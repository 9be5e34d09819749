#pragma once

#include "attention.h"
#include "linear.h"
#include "loaded_weights.h"
#include "rotary.h"

#include <vector>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Rows of one sequence in a packed batch, and where its keys and values are kept. Without a cache (`keys`
/// empty) attention reads the batch's own rows.
struct PackedSequence {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t first_position = 0;
  Matrix cached_keys;  ///< of this block, positions 0 .. ; empty: no cache
  Matrix cached_values;
  Matrix mean_attention;  ///< [rows, positions] to be filled, or empty
};

/// Scratch matrices of one batch, allocated once and used by every block.
class BlockScratch {
 public:
  BlockScratch(const checkpoint::Architecture& architecture, std::int64_t rows);

  Matrix normed, branch, second_branch, queries, keys, values, attended, gate, up;

 private:
  Matrix allocate(std::int64_t rows, std::int64_t columns);
  std::vector<Buffer> storage_;
};

/// Runs block `index` over packed rows: x [rows, hidden] is replaced by the block's output. `ropes`: one
/// table for each of the architecture's ropes.
void run_block(const checkpoint::Architecture& architecture, std::int64_t index, const LoadedBlock& weights,
               const std::vector<RotaryTable>& ropes, const std::vector<PackedSequence>& sequences,
               Linear& linear, BlockScratch& scratch, Matrix x);

}  // namespace phasescope::model
