#pragma once

#include "attention.h"
#include "host_weights.h"
#include "linear.h"
#include "product_rows.h"
#include "rotary.h"

#include <array>
#include <vector>

#include "phasescope/base/profile.h"
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

/// Scratch matrices of a batch, used by every block; memory stays from pass to pass.
class BlockScratch {
 public:
  explicit BlockScratch(const checkpoint::Architecture& architecture) : architecture_(architecture) {}

  /// Gives every matrix this many rows.
  void resize(std::int64_t rows);

  Matrix normed, branch, second_branch;
  Matrix query_key_value;  ///< [rows, query width + 2 key width]
  Matrix attended;
  Matrix gate_up;    ///< [rows, 2 intermediate], or [rows, intermediate] where nothing gates
  Matrix activated;  ///< [rows, intermediate]; gate_up itself where nothing gates
  /// What products read whose weights are terms, in place of normed, attended and activated.
  SplitRows normed_terms, attended_terms, activated_terms;

 private:
  Matrix place(std::size_t index, std::int64_t rows, std::int64_t columns);

  const checkpoint::Architecture& architecture_;
  std::array<Buffer, 7> storage_;
};

/// What all blocks of a pass read and use.
struct BlockPass {
  const checkpoint::Architecture& architecture;
  const std::vector<RotaryTable>& ropes;  ///< one for each of the architecture's
  std::int64_t first_row;                 ///< of the tables: that of the rows' first
  Linear& linear;
  BlockScratch& scratch;
  Profile& profile;
};

/// Runs block `index` over packed rows: input [rows, hidden], which stays as it is, to output [rows, hidden],
/// which is other memory.
void run_block(const BlockPass& pass, std::int64_t index, const HostBlock& weights,
               const std::vector<PackedSequence>& sequences, Matrix input, Matrix output);

}  // namespace phasescope::model
