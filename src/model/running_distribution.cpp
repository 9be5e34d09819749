#include "running_distribution.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

/// Exponentials are float32, but their sum over a large vocabulary must not be: it is taken in float64.
constexpr std::int64_t kPiece = 1024;
constexpr int kLanes = 16;

/// The two largest of some logits, and whether all are finite.
struct Extremes {
  float largest = -std::numeric_limits<float>::infinity();
  float second = -std::numeric_limits<float>::infinity();
  bool finite = true;

  void add(float logit) {
    second = std::max(second, std::min(largest, logit));
    largest = std::max(largest, logit);
  }
};

Extremes extremes_of(const float* logits, std::int64_t count) {
  // Each lane keeps its own two largest; sums of z - z are 0 as long as all are finite.
  float largest[kLanes], second[kLanes], unfinite[kLanes] = {};
  std::fill_n(largest, kLanes, -std::numeric_limits<float>::infinity());
  std::fill_n(second, kLanes, -std::numeric_limits<float>::infinity());
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const float logit = logits[i + lane];
      const float smaller = logit < largest[lane] ? logit : largest[lane];
      second[lane] = second[lane] < smaller ? smaller : second[lane];
      largest[lane] = largest[lane] < logit ? logit : largest[lane];
      unfinite[lane] += logit - logit;
    }
  }
  Extremes all;
  for (int lane = 0; lane < kLanes; ++lane) {
    all.add(largest[lane]);
    all.add(second[lane]);
    all.finite = all.finite && unfinite[lane] == 0;
  }
  for (; i < count; ++i) {
    all.add(logits[i]);
    all.finite = all.finite && std::isfinite(logits[i]);
  }
  return all;
}

}  // namespace

/// Brings the sums so far to a larger maximum.
void RunningDistribution::raise_largest(float largest) {
  if (weight_ > 0) {
    const double rise = static_cast<double>(largest) - largest_;
    const double kept = std::exp(-rise);
    weighted_gap_ = kept == 0 ? 0 : kept * (weighted_gap_ - rise * weight_);
    weight_ *= kept;
  }
  largest_ = largest;
}

void RunningDistribution::add(const float* logits, std::int64_t count, std::int64_t first) {
  const Extremes extremes = extremes_of(logits, count);
  finite_ = finite_ && extremes.finite;
  count_ += count;
  if (!finite_) return;
  second_ = std::max({std::min(largest_, extremes.largest), second_, extremes.second});
  if (extremes.largest > largest_) {
    best_ = first + (std::find(logits, logits + count, extremes.largest) - logits);
    raise_largest(extremes.largest);
  }
  Eigen::Array<float, Eigen::Dynamic, 1, 0, kPiece, 1> gap, weight;
  for (std::int64_t start = 0; start < count; start += kPiece) {
    const std::int64_t size = std::min(kPiece, count - start);
    // A gap beyond float32 must not become an infinity: it would meet its weight 0 in the product below.
    gap = (Eigen::Map<const Eigen::ArrayXf>(logits + start, size) - largest_)
              .max(std::numeric_limits<float>::lowest());
    weight = gap.exp();
    weight_ += weight.cast<double>().sum();
    if (with_entropy_) weighted_gap_ += (gap.cast<double>() * weight.cast<double>()).sum();
  }
}

void RunningDistribution::append(RunningDistribution later) {
  finite_ = finite_ && later.finite_;
  count_ += later.count_;
  if (!finite_) return;
  second_ = std::max({std::min(largest_, later.largest_), second_, later.second_});
  if (later.largest_ > largest_) {
    best_ = later.best_;
    raise_largest(later.largest_);
  } else {
    later.raise_largest(largest_);
  }
  weight_ += later.weight_;
  weighted_gap_ += later.weighted_gap_;
}

TokenDistribution RunningDistribution::distribution() const {
  TokenDistribution result;
  result.finite = finite_;
  if (!finite_) return result;
  result.log_normalizer = largest_ + std::log(weight_);
  if (!with_entropy_) return result;
  result.best = best_;
  result.top1 = 1 / weight_;
  result.margin =
      count_ > 1 ? result.top1 * -std::expm1(static_cast<double>(second_) - static_cast<double>(largest_))
                 : 1;
  result.entropy = std::log(weight_) - weighted_gap_ / weight_;
  return result;
}

}  // namespace phasescope::model
