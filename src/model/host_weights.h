#pragma once

#include "linear.h"
#include "matrix.h"
#include "null_weights.h"

#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::model {

struct HostExpert {
  PreparedLinear gate_up, down;  ///< gate_up: the gate's outputs, then up's
};

/// One block's weights, ready to compute with. Products that read the same input are one product: the outputs
/// of query, key and value, and of gate and up, stand one after another.
struct HostBlock {
  NormTensor attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm;
  std::vector<NormTensor> query_norms, key_norms;
  PreparedLinear query_key_value, output;
  PreparedLinear gate_up, down;  ///< gate_up is up alone where nothing gates
  PreparedLinear router;
  std::vector<HostExpert> experts;

  std::vector<Buffer> vectors;  ///< owns norms and biases
  std::uint64_t bytes = 0;      ///< of all that was converted
};

/// Brings weights, or what a null network has in their place, into the form that is computed with.
class WeightPreparation {
 public:
  /// Norms and biases go to `vectors`, which own them. All must outlive it.
  WeightPreparation(const NullWeights& null_weights, const Linear& linear, Lifetime lifetime,
                    std::vector<Buffer>& vectors)
      : null_weights_(null_weights), linear_(linear), lifetime_(lifetime), vectors_(vectors) {}

  /// Several maps of the same input, their outputs one after another; without a matrix: empty.
  PreparedLinear linear(const std::vector<const checkpoint::LinearWeights*>& parts) const;
  NormTensor norm(const checkpoint::NormWeights& weights) const;
  std::vector<NormTensor> norms(const std::vector<checkpoint::NormWeights>& weights) const;
  /// nullptr where there is none.
  const float* bias(const checkpoint::Weight& weight) const;
  /// Rows [first, first + count) of several matrices with the same inputs, one after another.
  WeightSource source(const std::vector<const checkpoint::Weight*>& parts, std::int64_t first,
                      std::int64_t count) const;

 private:
  const float* joined_bias(const std::vector<const checkpoint::LinearWeights*>& parts) const;

  const NullWeights& null_weights_;
  const Linear& linear_;
  Lifetime lifetime_;
  std::vector<Buffer>& vectors_;
};

std::shared_ptr<const HostBlock> prepare_block(const checkpoint::BlockWeights& weights,
                                               const NullWeights& null_weights, const Linear& linear,
                                               Lifetime lifetime);

/// The blocks in the order in which passes ask for them. As many of the first as a budget allows stay; of the
/// others each is converted while the one before it computes, and goes after its use. The file is read ahead
/// by one block, and its pages are given back once they are converted.
class HostBlocks {
 public:
  /// `budget`: bytes of prepared blocks that may stay. The others must outlive it.
  HostBlocks(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights, std::uint64_t budget,
             const Linear& linear);
  ~HostBlocks();
  HostBlocks(const HostBlocks&) = delete;
  HostBlocks& operator=(const HostBlocks&) = delete;

  /// The block's weights; valid as long as the pointer is held.
  std::shared_ptr<const HostBlock> block(std::int64_t index);
  /// Seconds that callers waited for weights.
  double seconds() const { return seconds_; }

 private:
  struct Ahead {
    std::size_t index = 0;
    std::future<std::shared_ptr<const HostBlock>> block;
  };

  Lifetime lifetime_of(std::size_t index) const;
  std::shared_ptr<const HostBlock> load(std::size_t index) const;
  std::shared_ptr<const HostBlock> take(std::size_t index);
  void load_ahead(std::size_t index);

  const checkpoint::Checkpoint& checkpoint_;
  const NullWeights& null_weights_;
  std::uint64_t budget_;
  const Linear& linear_;
  std::uint64_t kept_bytes_ = 0;
  std::vector<std::shared_ptr<const HostBlock>> kept_;
  Ahead ahead_;
  double seconds_ = 0;
};

}  // namespace phasescope::model
