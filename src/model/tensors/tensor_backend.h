#pragma once

#include "backend.h"
#include "linear.h"
#include "loaded_weights.h"
#include "tensor_profile.h"
#include "tensor_weights.h"

#include <c10/core/Device.h>

namespace phasescope::model::tensors {

/// How a TensorBackend computes.
struct TensorSettings {
  c10::Device device{c10::DeviceType::CPU};
  at::ScalarType compute = at::kFloat;  ///< what products take: float32, bfloat16 or float16
  /// In float32, keep weights that bfloat16 holds exactly in it, and multiply by three bfloat16 terms of each
  /// activation.
  bool keep_bfloat16 = false;
  std::int64_t weights_memory = -1;  ///< bytes of blocks on the device; negative: what fits
  NullNetwork null_network = NullNetwork::none;
  std::uint64_t null_seed = 0;
  bool profile = false;  ///< time kernels on devices other than the CPU
};

/// Any device of libtorch. The residual stream, norms and softmax are float32 whatever products take.
/// `checkpoint` must outlive it.
class TensorBackend : public Backend {
 public:
  TensorBackend(const checkpoint::Checkpoint& checkpoint, const TensorSettings& settings);

  std::unique_ptr<BatchBackend> start_batch(const std::vector<std::int64_t>& cache_capacities) override;
  double load_seconds() const override { return outer_seconds_ + weights_->seconds(); }
  std::string device() const override;
  std::string dtype() const override;
  std::string matrix_library() const override { return "libtorch"; }
  bool makes_grams() const override { return true; }

 private:
  class Batch;

  const checkpoint::Checkpoint& checkpoint_;
  TensorSettings settings_;
  NullWeights null_weights_;
  Profile host_profile_;  ///< of what `embed` multiplies: part of its own time, so not counted again
  Linear host_linear_;
  TensorProfile kernels_;
  LoadedOuter host_outer_;  ///< embeddings are made on the host
  std::optional<TensorWeights> weights_;
  double outer_seconds_ = 0;
};

/// What --device and --dtype ask for. Errors: as device_named.
TensorSettings tensor_settings(const ModelOptions& options);

}  // namespace phasescope::model::tensors
