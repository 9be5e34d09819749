#include "running_distribution.h"

#include "lanes.h"

#include <algorithm>
#include <cmath>

namespace phasescope::model {
namespace {

using lanes::Lanes;

/// Exponentials are float32, and so is the sum of some of them; the sum over a large vocabulary is float64.
constexpr std::int64_t kPiece = 512;

constexpr float kNothing = -std::numeric_limits<float>::infinity();

/// The two largest of some logits (the second only where it is asked for), and whether all are finite.
struct Extremes {
  float largest = kNothing;
  float second = kNothing;
  bool finite = true;

  void add(float logit) {
    second = std::max(second, std::min(largest, logit));
    largest = std::max(largest, logit);
    finite = finite && std::isfinite(logit);
  }
};

/// The same of every lane by itself. z * 0 is 0 as long as all are finite.
template <bool with_second>
struct LaneExtremes {
  Lanes largest = lanes::all(kNothing);
  Lanes second = largest;
  Lanes unfinite = Lanes{};

  void add(Lanes logits) {
    if constexpr (with_second) second = lanes::larger(lanes::smaller(logits, largest), second);
    largest = lanes::larger(logits, largest);
    unfinite = lanes::multiply_add(logits, Lanes{}, unfinite);
  }

  void add(const LaneExtremes& other) {
    second = lanes::larger(lanes::smaller(largest, other.largest), lanes::larger(second, other.second));
    largest = lanes::larger(largest, other.largest);
    unfinite += other.unfinite;
  }

  Extremes of_all_lanes() const {
    Extremes all;
    all.finite = lanes::sum(unfinite) == 0;
    all.largest = lanes::largest(largest);
    if (!with_second || !all.finite) return all;
    const Lanes below = largest - lanes::all(all.largest);
    const bool tie = lanes::sum(lanes::by_sign(below, Lanes{}, lanes::all(1))) > 1;
    all.second =
        tie ? all.largest : lanes::largest(lanes::larger(second, lanes::by_sign(below, largest, second)));
    return all;
  }
};

template <bool with_second>
Extremes extremes_of(const float* logits, std::int64_t count) {
  constexpr std::int64_t step = 2 * lanes::kLanes;
  LaneExtremes<with_second> even, odd;
  std::int64_t i = 0;
  for (; i + step <= count; i += step) {
    even.add(lanes::load(logits + i));
    odd.add(lanes::load(logits + i + lanes::kLanes));
  }
  even.add(odd);
  Extremes all = i == 0 ? Extremes{} : even.of_all_lanes();
  for (; i < count; ++i) all.add(logits[i]);
  return all;
}

/// The first of the logits that is `wanted`, which is among them.
std::int64_t place_of(float wanted, const float* logits, std::int64_t count) {
  std::int64_t first = 0;
  for (; first + lanes::kLanes <= count; first += lanes::kLanes) {
    unsigned equal = 0;
    for (std::int64_t lane = 0; lane < lanes::kLanes; ++lane)
      equal |= static_cast<unsigned>(logits[first + lane] == wanted);
    if (equal != 0) break;
  }
  return std::find(logits + first, logits + count, wanted) - logits;
}

/// sum exp(z - largest), and sum (z - largest) exp(z - largest) where it is asked for.
struct Sums {
  double weight = 0;
  double weighted_gap = 0;
};

/// The same lane by lane, in chains that do not wait for each other.
template <bool with_gap>
struct LaneSums {
  static constexpr int kChains = 4;
  using Numbers = lanes::Group<kChains>;

  Numbers weight = {};
  Numbers weighted_gap = {};

  void add(const Numbers& logits, Lanes largest) {
    // A gap beyond float32 must not become an infinity: it would meet its weight 0 in the product below.
    const Numbers gap = lanes::each(
        [&](Lanes z) {
          return with_gap ? lanes::larger(lanes::all(lanes::kLowestExponent), z - largest) : z - largest;
        },
        logits);
    const Numbers of_gap = lanes::exponential(gap);
    for (int chain = 0; chain < kChains; ++chain) {
      weight.of[chain] += of_gap.of[chain];
      if constexpr (with_gap)
        weighted_gap.of[chain] = lanes::multiply_add(gap.of[chain], of_gap.of[chain], weighted_gap.of[chain]);
    }
  }

  Sums of_all_lanes() const {
    const auto total = [](const Numbers& x) {
      return lanes::sum_in_double((x.of[0] + x.of[1]) + (x.of[2] + x.of[3]));
    };
    return {total(weight), with_gap ? total(weighted_gap) : 0};
  }
};

/// Of at most one piece.
template <bool with_gap>
Sums sums_of_piece(const float* logits, std::int64_t count, Lanes largest) {
  using Numbers = typename LaneSums<with_gap>::Numbers;
  constexpr std::int64_t step = LaneSums<with_gap>::kChains * lanes::kLanes;
  LaneSums<with_gap> sums;
  for (std::int64_t i = 0; i < count; i += step) {
    const bool whole = i + step <= count;
    Numbers z;
    for (std::int64_t chain = 0; chain < LaneSums<with_gap>::kChains; ++chain) {
      const std::int64_t first = i + chain * lanes::kLanes;
      z.of[chain] =
          whole ? lanes::load(logits + first) : lanes::load_part(logits + first, count - first, kNothing);
    }
    sums.add(z, largest);
  }
  return sums.of_all_lanes();
}

template <bool with_gap>
Sums sums_of(const float* logits, std::int64_t count, float largest) {
  Sums all;
  for (std::int64_t start = 0; start < count; start += kPiece) {
    const Sums piece =
        sums_of_piece<with_gap>(logits + start, std::min(kPiece, count - start), lanes::all(largest));
    all.weight += piece.weight;
    all.weighted_gap += piece.weighted_gap;
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
  const Extremes extremes =
      with_entropy_ ? extremes_of<true>(logits, count) : extremes_of<false>(logits, count);
  finite_ = finite_ && extremes.finite;
  count_ += count;
  if (!finite_) return;
  second_ = std::max({std::min(largest_, extremes.largest), second_, extremes.second});
  if (extremes.largest > largest_) {
    if (with_entropy_) best_ = first + place_of(extremes.largest, logits, count);
    raise_largest(extremes.largest);
  }
  const Sums sums =
      with_entropy_ ? sums_of<true>(logits, count, largest_) : sums_of<false>(logits, count, largest_);
  weight_ += sums.weight;
  weighted_gap_ += sums.weighted_gap;
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
