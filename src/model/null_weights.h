#pragma once

#include <cstdint>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// What a null network has in place of a checkpoint's numbers. The network that is none reads the checkpoint.
/// Random numbers depend on the seed, the tensor's name and the row in the file alone: tied matrices stay
/// tied, and neither threads nor the order of loading matter. Thread-safe.
class NullWeights {
 public:
  /// `checkpoint` supplies the initialisation scale and what a norm's neutral scale is.
  NullWeights(NullNetwork network, std::uint64_t seed, const checkpoint::Architecture& architecture);

  bool random_weights() const { return network_ == NullNetwork::random_weights; }

  /// Row `token` of the token embedding: the checkpoint's, a normal one of the same length
  /// (random_embedding), or a normal one of initialisation scale (random_weights).
  void read_embedding(const checkpoint::Weight& weight, std::int64_t token, float* out) const;
  /// Rows [first, first + count) of a matrix: the checkpoint's, or normal ones of initialisation scale.
  void read_matrix(const checkpoint::Weight& weight, std::int64_t first, std::int64_t count,
                   float* out) const;
  /// The same of a bias: the checkpoint's, or zeros.
  void read_bias(const checkpoint::Weight& weight, std::int64_t first, std::int64_t count, float* out) const;
  /// The same of a norm's scale: the checkpoint's, or what leaves its input alone.
  void read_norm_scale(const checkpoint::Weight& weight, std::int64_t first, std::int64_t count,
                       float* out) const;

 private:
  void fill_normal(const checkpoint::Weight& weight, std::int64_t row, double deviation, float* out) const;
  void read_constant(const checkpoint::Weight& weight, std::int64_t first, std::int64_t count, float value,
                     float* out) const;

  NullNetwork network_;
  std::uint64_t seed_;
  double deviation_;
  float neutral_scale_;
};

}  // namespace phasescope::model
