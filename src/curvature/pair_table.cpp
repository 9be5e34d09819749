#include "phasescope/curvature/pair_table.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "phasescope/base/threads.h"
#include "phasescope/curvature/turning_angles.h"

namespace phasescope::curvature {
namespace {

/// The squares behind sine and cosine of the half angle, relative to the longest side's, below which the
/// sides no longer give the angle to eleven digits.
constexpr double needle = 1e-4;

/// The squares of sine and cosine of half the turning angle between sides a and b with c across, times a
/// common factor: tan^2(turning / 2) = (a+b+c)(a+b-c) / ((c+a-b)(c-a+b)).
struct HalfAngle {
  HalfAngle(double a, double b, double c)
      : sine_square((a + b + c) * (a + b - c)),
        cosine_square((c + a - b) * (c - a + b)),
        longest(std::max(std::max(a, b), c)) {}

  bool is_flat() const { return !(std::min(sine_square, cosine_square) > needle * longest * longest); }

  double sine_square;
  double cosine_square;
  double longest;
};

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

Turn PairTable::turn(std::size_t i, std::size_t j, std::size_t k) const {
  Turn turn;
  const double a = turn.older = length(i, j);
  const double b = turn.newer = length(j, k);
  const double c = turn.across = length(i, k);
  turn.zero = is_zero(a, i, j) || is_zero(b, j, k);
  turn.closed = is_zero(c, i, k);
  const HalfAngle half(a, b, c);
  if (half.is_flat()) {
    const Meeting meeting = meeting_of(states_[i], states_[j], states_[k]);
    return turn_with_all_members(states_[i], states_[j], states_[k], a, meeting);
  }
  turn.unit_difference = std::sqrt(half.sine_square);
  turn.unit_sum = std::sqrt(half.cosine_square);
  turn.second_difference =
      std::sqrt((a - b) * (a - b) + 4 * a * b * half.sine_square / (half.sine_square + half.cosine_square));
  return turn;
}

double PairTable::curvature(std::size_t i, std::size_t j, std::size_t k) const {
  return curvature_of(definition_.curvature, turn(i, j, k));
}

std::vector<double> PairTable::curvatures(const std::vector<Triple>& triples) const {
  if (tabulated_ && definition_.curvature == Curvature::turning) return turnings(triples);
  std::vector<double> values;
  values.reserve(triples.size());
  for (const auto& [i, j, k] : triples) values.push_back(curvature(i, j, k));
  return values;
}

/// A step of no length makes its triangle flat.
std::vector<double> PairTable::turnings(const std::vector<Triple>& triples) const {
  std::vector<double> sine_squares(triples.size()), cosine_squares(triples.size()), angles(triples.size());
  std::vector<std::size_t> flat;
  const std::size_t n = size();
  const double* lengths = lengths_.data();
  for (std::size_t t = 0; t < triples.size(); ++t) {
    const auto& [i, j, k] = triples[t];
    const HalfAngle half(lengths[i * n + j], lengths[j * n + k], lengths[i * n + k]);
    sine_squares[t] = half.sine_square;
    cosine_squares[t] = half.cosine_square;
    if (half.is_flat()) flat.push_back(t);
  }
  turning_angles(triples.size(), sine_squares.data(), cosine_squares.data(), angles.data());
  for (const std::size_t t : flat) angles[t] = curvature(triples[t].i, triples[t].j, triples[t].k);
  return angles;
}

}  // namespace phasescope::curvature
