#pragma once

#include "matrix.h"
#include "null_weights.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::model {

struct LoadedExpert {
  LinearTensor gate, up, down;
};

/// One block's weights in float32, ready to compute with: converted copies, or views of the mapped file where
/// that holds float32 already. Same fields as checkpoint::BlockWeights.
struct LoadedBlock {
  NormTensor attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm;
  std::vector<NormTensor> query_norms, key_norms;
  LinearTensor query, key, value, output;
  LinearTensor gate, up, down;
  LinearTensor router;
  std::vector<LoadedExpert> experts;

  std::vector<Buffer> storage;  ///< owns the converted copies
  std::uint64_t bytes = 0;      ///< of the copies
};

/// What stands outside the blocks; the token embedding stays as stored, rows are converted as they are read.
struct LoadedOuter {
  LinearTensor project_in, project_out, head;
  NormTensor final_norm;
  std::vector<Buffer> storage;
  std::uint64_t bytes = 0;
};

/// Converts one block's weights, on all cores.
std::shared_ptr<const LoadedBlock> load_block(const checkpoint::BlockWeights& weights,
                                              const NullWeights& null_weights);

/// `with_head` false: the head stays empty.
LoadedOuter load_outer(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                       bool with_head = true);

/// Float32 bytes that keeping every block converted would take.
std::uint64_t converted_bytes(const checkpoint::Checkpoint& checkpoint);

}  // namespace phasescope::model
