#include "rotary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

using checkpoint::Rope;
using checkpoint::RopeType;

constexpr double kTwoPi = 6.283185307179586;

/// base^(-2i/d), in float32 as the reference computes it.
std::vector<float> plain_frequencies(double theta, std::int64_t dimensions) {
  std::vector<float> inverse;
  for (std::int64_t i = 0; i < dimensions; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(dimensions);
    inverse.push_back(1.0F / std::pow(static_cast<float>(theta), exponent));
  }
  return inverse;
}

std::vector<float> dynamic_frequencies(const Rope& rope, std::int64_t length) {
  const auto maximum = static_cast<double>(rope.maximum_positions);
  const double reached = std::max(static_cast<double>(length), maximum);
  const auto dimensions = static_cast<double>(rope.dimensions);
  const double growth = rope.factor * reached / maximum - (rope.factor - 1);
  return plain_frequencies(rope.theta * std::pow(growth, dimensions / (dimensions - 2)), rope.dimensions);
}

/// Long wavelengths are stretched by the factor, short ones kept, those between blended.
std::vector<float> llama3_frequencies(const Rope& rope) {
  std::vector<float> inverse = plain_frequencies(rope.theta, rope.dimensions);
  const auto original = static_cast<double>(rope.original_maximum_positions);
  const double low_wavelength = original / rope.low_frequency_factor;
  const double high_wavelength = original / rope.high_frequency_factor;
  for (float& frequency : inverse) {
    const double wavelength = kTwoPi / frequency;
    if (wavelength < high_wavelength) continue;
    const double stretched = frequency / rope.factor;
    if (wavelength > low_wavelength) {
      frequency = static_cast<float>(stretched);
      continue;
    }
    const double smooth = (original / wavelength - rope.low_frequency_factor) /
                          (rope.high_frequency_factor - rope.low_frequency_factor);
    frequency = static_cast<float>((1 - smooth) * stretched + smooth * frequency);
  }
  return inverse;
}

/// The channel that turns `rotations` times over the original context.
double yarn_channel(const Rope& rope, double rotations) {
  const auto original = static_cast<double>(rope.original_maximum_positions);
  return static_cast<double>(rope.dimensions) * std::log(original / (rotations * kTwoPi)) /
         (2 * std::log(rope.theta));
}

std::vector<float> yarn_frequencies(const Rope& rope) {
  double low = yarn_channel(rope, rope.beta_fast);
  double high = yarn_channel(rope, rope.beta_slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rope.dimensions - 1));
  if (low == high) high += 0.001;
  std::vector<float> inverse = plain_frequencies(rope.theta, rope.dimensions);
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    inverse[i] = static_cast<float>(inverse[i] / rope.factor * ramp + inverse[i] * (1 - ramp));
  }
  return inverse;
}

double yarn_attention_factor(const Rope& rope) {
  const auto scale = [&](double mscale) {
    return rope.factor <= 1 ? 1.0 : 0.1 * mscale * std::log(rope.factor) + 1;
  };
  if (rope.attention_factor) return *rope.attention_factor;
  if (rope.mscale != 0 && rope.mscale_all_dim != 0) return scale(rope.mscale) / scale(rope.mscale_all_dim);
  return scale(1);
}

std::vector<float> longrope_frequencies(const Rope& rope, std::int64_t length) {
  const auto& factors = length > rope.original_maximum_positions ? rope.long_factors : rope.short_factors;
  std::vector<float> inverse;
  for (std::int64_t i = 0; i < rope.dimensions; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(rope.dimensions);
    const auto factor = static_cast<float>(factors[static_cast<std::size_t>(i / 2)]);
    inverse.push_back(1.0F / (factor * std::pow(static_cast<float>(rope.theta), exponent)));
  }
  return inverse;
}

double longrope_attention_factor(const Rope& rope) {
  if (rope.attention_factor) return *rope.attention_factor;
  if (rope.factor <= 1) return 1;
  return std::sqrt(1 +
                   std::log(rope.factor) / std::log(static_cast<double>(rope.original_maximum_positions)));
}

/// Lengths that give the same frequencies share a key.
std::int64_t length_class(const Rope& rope, std::int64_t length) {
  if (rope.type == RopeType::dynamic) return std::max(length, rope.maximum_positions);
  if (rope.type == RopeType::longrope) return length > rope.original_maximum_positions ? 1 : 0;
  return 0;
}

}  // namespace

RotaryFrequencies rotary_frequencies(const Rope& rope, std::int64_t length) {
  switch (rope.type) {
    case RopeType::plain:
      return {plain_frequencies(rope.theta, rope.dimensions), 1};
    case RopeType::linear: {
      std::vector<float> inverse = plain_frequencies(rope.theta, rope.dimensions);
      for (float& frequency : inverse) frequency /= static_cast<float>(rope.factor);
      return {inverse, 1};
    }
    case RopeType::dynamic:
      return {dynamic_frequencies(rope, length), 1};
    case RopeType::yarn:
      return {yarn_frequencies(rope), static_cast<float>(yarn_attention_factor(rope))};
    case RopeType::longrope:
      return {longrope_frequencies(rope, length), static_cast<float>(longrope_attention_factor(rope))};
    case RopeType::llama3:
      return {llama3_frequencies(rope), 1};
  }
  return {};
}

RotaryTable::RotaryTable(const Rope& rope, const std::vector<RowPosition>& rows)
    : half_(rope.dimensions / 2) {
  std::map<std::int64_t, RotaryFrequencies> frequencies;
  for (const RowPosition& row : rows) {
    const std::int64_t key = length_class(rope, row.length);
    if (frequencies.count(key) == 0) frequencies[key] = rotary_frequencies(rope, row.length);
  }
  cosine_.reserve(rows.size() * static_cast<std::size_t>(half_));
  sine_.reserve(cosine_.capacity());
  for (const RowPosition& row : rows) {
    const RotaryFrequencies& of_row = frequencies[length_class(rope, row.length)];
    for (const float inverse : of_row.inverse) {
      const float angle = static_cast<float>(row.position) * inverse;
      cosine_.push_back(std::cos(angle) * of_row.attention_factor);
      sine_.push_back(std::sin(angle) * of_row.attention_factor);
    }
  }
}

void RotaryTable::rotate(Matrix x, std::int64_t head_dim, std::int64_t first_row) const {
  const std::int64_t heads = x.columns / head_dim;
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* cosine = cosine_.data() + (first_row + r) * half_;
    const float* sine = sine_.data() + (first_row + r) * half_;
    for (std::int64_t h = 0; h < heads; ++h) {
      float* first = x.row(r) + h * head_dim;
      float* second = first + half_;
#pragma omp simd
      for (std::int64_t i = 0; i < half_; ++i) {
        const float a = first[i];
        const float b = second[i];
        first[i] = a * cosine[i] - b * sine[i];
        second[i] = b * cosine[i] + a * sine[i];
      }
    }
  }
}

}  // namespace phasescope::model
