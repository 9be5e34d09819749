#include "phasescope/stats/random.h"

namespace phasescope::stats {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

std::uint64_t stream_key(std::uint64_t seed, std::string_view purpose, std::uint64_t draw) {
  const auto mix = RandomStream::mix;
  constexpr std::uint64_t gamma = RandomStream::golden_gamma;
  return mix(mix(mix(seed + gamma) ^ hash_of(purpose)) + gamma * (draw + 1));
}

std::vector<std::size_t> random_permutation(std::size_t count, RandomStream& stream) {
  std::vector<std::size_t> order(count);
  for (std::size_t item = 0; item < count; ++item) {
    const auto place = static_cast<std::size_t>(stream.below(item + 1));
    order[item] = order[place];
    order[place] = item;
  }
  return order;
}

}  // namespace phasescope::stats
