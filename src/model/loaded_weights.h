#pragma once

#include "matrix.h"
#include "null_weights.h"

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

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

  std::vector<at::Tensor> storage;  ///< owns the converted copies
  std::uint64_t bytes = 0;          ///< of the copies
};

/// What stands outside the blocks; the token embedding stays as stored, rows are converted as they are read.
struct LoadedOuter {
  LinearTensor project_in, project_out, head;
  NormTensor final_norm;
  std::vector<at::Tensor> storage;
  std::uint64_t bytes = 0;
};

/// Converted blocks, kept between uses as far as a budget allows: the first ones stay, since every pass goes
/// through all of them in the same order.
class BlockCache {
 public:
  /// `budget`: bytes of converted copies that may stay.
  BlockCache(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights, std::uint64_t budget);

  /// The block's weights; valid as long as the pointer is held.
  std::shared_ptr<const LoadedBlock> block(std::int64_t index);
  double seconds() const { return seconds_; }

 private:
  const checkpoint::Checkpoint& checkpoint_;
  const NullWeights& null_weights_;
  std::uint64_t budget_;
  std::uint64_t kept_bytes_ = 0;
  std::vector<std::shared_ptr<const LoadedBlock>> kept_;
  double seconds_ = 0;
};

/// Converts one block's weights, on all cores.
std::shared_ptr<const LoadedBlock> load_block(const checkpoint::BlockWeights& weights,
                                              const NullWeights& null_weights);

LoadedOuter load_outer(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights);

/// Float32 bytes that keeping every block converted would take.
std::uint64_t converted_bytes(const checkpoint::Checkpoint& checkpoint);

}  // namespace phasescope::model
