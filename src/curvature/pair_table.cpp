#include "phasescope/curvature/pair_table.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "phasescope/base/threads.h"

namespace phasescope::curvature {
namespace {

/// The squares behind sine and cosine of the half angle, relative to the longest side's, below which the
/// sides no longer give the angle to eleven digits.
constexpr double needle = 1e-4;

/// A symmetric [n, n] table of value(i, j), 0 on the diagonal.
template <class Value>
std::vector<double> symmetric_table(std::size_t n, Value value) {
  std::vector<double> table(n * n);
  parallel_for(static_cast<std::int64_t>(n), [&](std::int64_t row) {
    const auto i = static_cast<std::size_t>(row);
    for (std::size_t j = 0; j < i; ++j) table[i * n + j] = table[j * n + i] = value(i, j);
  });
  return table;
}

}  // namespace

PairTable::PairTable(const NormalisedStates& states, const Definition& definition,
                     std::size_t longest_tabulated)
    : states_(states), definition_(definition), tabulated_(states.size() <= longest_tabulated) {
  if (!tabulated_) return;
  lengths_ =
      symmetric_table(size(), [&](std::size_t i, std::size_t j) { return distance(states_[i], states_[j]); });
  if (definition.delta == Delta::chord) return;
  deltas_ = symmetric_table(size(), [&](std::size_t i, std::size_t j) {
    return delta_of(definition_.delta, states_[i], states_[j], length(i, j));
  });
}

double PairTable::length(std::size_t i, std::size_t j) const {
  return tabulated_ ? lengths_[i * size() + j] : distance(states_[i], states_[j]);
}

bool PairTable::is_zero(double length, std::size_t i, std::size_t j) const {
  return length <= zero_step * std::max(states_.norms[i], states_.norms[j]);
}

double PairTable::delta(std::size_t i, std::size_t j) const {
  if (!deltas_.empty()) return deltas_[i * size() + j];
  return delta_of(definition_.delta, states_[i], states_[j], length(i, j));
}

// For sides a, b and c across, tan^2(turning / 2) = (a+b+c)(a+b-c) / ((c+a-b)(c-a+b)).
Turn PairTable::turn(std::size_t i, std::size_t j, std::size_t k) const {
  Turn turn;
  const double a = turn.older = length(i, j);
  const double b = turn.newer = length(j, k);
  const double c = turn.across = length(i, k);
  turn.zero = is_zero(a, i, j) || is_zero(b, j, k);
  turn.closed = is_zero(c, i, k);
  const double longest = std::max({a, b, c});
  const double sine_square = (a + b + c) * (a + b - c);
  const double cosine_square = (c + a - b) * (c - a + b);
  if (!(std::min(sine_square, cosine_square) > needle * longest * longest)) {
    return turn_with_all_members(states_[i], states_[j], states_[k], a, b);
  }
  turn.unit_difference = std::sqrt(sine_square);
  turn.unit_sum = std::sqrt(cosine_square);
  turn.second_difference =
      std::sqrt((a - b) * (a - b) + 4 * a * b * sine_square / (sine_square + cosine_square));
  return turn;
}

double PairTable::curvature(std::size_t i, std::size_t j, std::size_t k) const {
  return curvature_of(definition_.curvature, turn(i, j, k));
}

}  // namespace phasescope::curvature
