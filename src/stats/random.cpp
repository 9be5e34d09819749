#include "phasescope/stats/random.h"

namespace phasescope::stats {
namespace {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15ULL;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// FNV-1a, 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

std::uint64_t RandomStream::next() {
  state_ += golden_gamma;
  return mix(state_);
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  const std::uint64_t rejected = (0 - bound) % bound;
  for (;;) {
    const auto product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= rejected) return static_cast<std::uint64_t>(product >> 64);
  }
}

double RandomStream::uniform() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

std::uint64_t stream_key(std::uint64_t seed, std::string_view purpose, std::uint64_t draw) {
  return mix(mix(mix(seed + golden_gamma) ^ hash_of(purpose)) + golden_gamma * (draw + 1));
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
