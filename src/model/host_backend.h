#pragma once

#include "backend.h"
#include "linear.h"
#include "loaded_weights.h"

namespace phasescope::model {

/// The CPU in float32, on plain memory. `checkpoint` must outlive it.
class HostBackend : public Backend {
 public:
  HostBackend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);

  std::unique_ptr<BatchBackend> start_batch(const std::vector<std::int64_t>& cache_capacities) override;
  double load_seconds() const override { return outer_seconds_ + blocks_.seconds(); }
  std::string device() const override { return "cpu"; }
  std::string dtype() const override { return "float32"; }

 private:
  class Batch;

  const checkpoint::Checkpoint& checkpoint_;
  NullWeights null_weights_;
  Linear linear_;
  LoadedOuter outer_;
  BlockCache blocks_;
  double outer_seconds_ = 0;
};

}  // namespace phasescope::model
