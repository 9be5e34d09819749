#pragma once

#include "backend.h"
#include "block.h"
#include "head.h"
#include "host_weights.h"
#include "linear.h"
#include "loaded_weights.h"

#include <array>
#include <memory>
#include <vector>

namespace phasescope::model {

/// The CPU in float32, on plain memory. `checkpoint` must outlive it.
class HostBackend : public Backend {
 public:
  HostBackend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);

  std::unique_ptr<BatchBackend> start_batch(const std::vector<std::int64_t>& cache_capacities) override;
  double load_seconds() const override { return outer_seconds_ + blocks_->seconds() + head_->seconds(); }
  std::string device() const override { return "cpu"; }
  std::string dtype() const override {
    return linear_.operands() == OperandType::bfloat16 ? "bfloat16" : "float32";
  }
  std::string matrix_library() const override { return matrix_library_text(linear_.library()); }

 private:
  class Batch;

  const checkpoint::Checkpoint& checkpoint_;
  NullWeights null_weights_;
  Linear linear_;
  LoadedOuter outer_;
  std::vector<Buffer> vectors_;
  NormTensor final_norm_;
  std::unique_ptr<Head> head_;
  std::unique_ptr<HostBlocks> blocks_;
  BlockScratch scratch_;
  std::array<Buffer, 2> points_;  ///< states at two points, from batch to batch the same memory
  Buffer normed_;
  Buffer attention_;
  double outer_seconds_ = 0;
};

}  // namespace phasescope::model
