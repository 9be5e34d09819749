#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace phasescope::stats {

/// Pseudo-random numbers by SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014). The mapping to integers and reals is our own, because those of the standard library
/// differ between platforms. Each draw of an analysis owns a stream, so results do not depend on threads.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t key) : state_(key) {}

  /// Uniform over all 64-bit values.
  std::uint64_t next() {
    state_ += golden_gamma;
    return mix(state_);
  }
  /// Uniform over 0 .. bound-1, without bias (Lemire, "Fast random integer generation in an interval", 2019).
  /// `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound) {
    auto product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {  // hardly ever: what is rejected lies below the bound
      const std::uint64_t rejected = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < rejected)
        product = static_cast<unsigned __int128>(next()) * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }
  /// Uniform over [0, 1): the top 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  friend std::uint64_t stream_key(std::uint64_t seed, std::string_view purpose, std::uint64_t draw);

  static constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15ULL;

  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

/// The key of one stream: a function of the run's seed, what the numbers are for, and which draw it is.
std::uint64_t stream_key(std::uint64_t seed, std::string_view purpose, std::uint64_t draw);

/// A uniformly random order of 0 .. count-1, grown one item at a time (the "inside-out" Fisher-Yates shuffle:
/// item m goes to a random place j <= m, and what was there goes to the end). Its first steps are themselves
/// uniform orders of 0 .. m, which is what lets a null distribution be had at every length of a run.
std::vector<std::size_t> random_permutation(std::size_t count, RandomStream& stream);

}  // namespace phasescope::stats
