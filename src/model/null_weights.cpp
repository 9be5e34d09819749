#include "null_weights.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "phasescope/stats/random.h"

namespace phasescope::model {

using checkpoint::Weight;

NullWeights::NullWeights(NullNetwork network, std::uint64_t seed,
                         const checkpoint::Architecture& architecture)
    : network_(network),
      seed_(seed),
      deviation_(architecture.initializer_range),
      neutral_scale_(architecture.norm == checkpoint::NormKind::rms_unit_offset ? 0.0F : 1.0F) {}

/// Normal numbers by pairs (Box and Muller, Ann. Math. Statist. 29, 1958).
void NullWeights::fill_normal(const Weight& weight, std::int64_t row, double deviation, float* out) const {
  const std::int64_t stored = weight.row_of.empty() ? row : weight.row_of[static_cast<std::size_t>(row)];
  stats::RandomStream stream(stats::stream_key(seed_, weight.name, static_cast<std::uint64_t>(stored)));
  const std::int64_t columns = weight.columns();
  for (std::int64_t c = 0; c < columns; c += 2) {
    const double radius = deviation * std::sqrt(-2 * std::log(1 - stream.uniform()));
    const double angle = 6.283185307179586 * stream.uniform();
    out[c] = static_cast<float>(radius * std::cos(angle));
    if (c + 1 < columns) out[c + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

void NullWeights::read_embedding(const Weight& weight, std::int64_t token, float* out) const {
  if (network_ == NullNetwork::random_weights) {
    fill_normal(weight, token, deviation_, out);
    return;
  }
  checkpoint::convert_rows(weight, token, 1, out);
  if (network_ == NullNetwork::none) return;
  Eigen::Map<Eigen::VectorXf> row(out, weight.columns());
  const float length = row.norm();
  fill_normal(weight, token, 1, out);
  row *= length / row.norm();
}

void NullWeights::read_matrix(const Weight& weight, std::int64_t first, std::int64_t count,
                              float* out) const {
  if (!random_weights()) {
    checkpoint::convert_rows(weight, first, count, out);
    return;
  }
  for (std::int64_t r = 0; r < count; ++r)
    fill_normal(weight, first + r, deviation_, out + r * weight.columns());
}

void NullWeights::read_constant(const Weight& weight, std::int64_t first, std::int64_t count, float value,
                                float* out) const {
  if (random_weights()) {
    std::fill(out, out + count * weight.columns(), value);
  } else {
    checkpoint::convert_rows(weight, first, count, out);
  }
}

void NullWeights::read_bias(const Weight& weight, std::int64_t first, std::int64_t count, float* out) const {
  read_constant(weight, first, count, 0, out);
}

void NullWeights::read_norm_scale(const Weight& weight, std::int64_t first, std::int64_t count,
                                  float* out) const {
  read_constant(weight, first, count, neutral_scale_, out);
}

}  // namespace phasescope::model
