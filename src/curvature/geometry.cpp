#include "phasescope/curvature/geometry.h"

#include "eight_lanes.h"

#include <cmath>

namespace phasescope::curvature {
namespace {

/// The share of ||s|| ||s'|| below which ||s|| ||s'|| -+ s.s' has lost three of its digits.
constexpr double needle = 1e-3;

// What follows reads vectors in pieces: read(i, count, piece) puts numbers i .. i+count-1 into the first
// lanes of `piece` and zeros into the others.

EIGHT_LANES_INLINE void read(const StatePointer& state, std::size_t i, std::size_t count,
                             EightDoubles& piece) {
  read_lanes(state.values + i, count, piece);
}
EIGHT_LANES_INLINE void read(const ScaledState& state, std::size_t i, std::size_t count,
                             EightDoubles& piece) {
  read_lanes(state.values + i, count, piece);
  piece *= state.scale;
}

template <class State>
auto reader_of(const State& state) {
  return [&state](std::size_t i, std::size_t count, EightDoubles & piece) __attribute__((always_inline)) {
    read(state, i, count, piece);
  };
}

/// The step from u to v.
template <class State>
auto step_reader(const State& u, const State& v) {
  return [&u, &v ](std::size_t i, std::size_t count, EightDoubles & piece) __attribute__((always_inline)) {
    EightDoubles before;
    read(u, i, count, before);
    read(v, i, count, piece);
    piece -= before;
  };
}

/// The Euclidean norm.
template <class Reader>
EIGHT_LANES_INLINE double norm_of_vector(std::size_t width, Reader read_vector) {
  EightDoubles sum{};
  by_eights(
      width, [&](std::size_t i, std::size_t count) __attribute__((always_inline)) {
        EightDoubles piece;
        read_vector(i, count, piece);
        sum += piece * piece;
      });
  return std::sqrt(sum_of(sum));
}

// ||q + p|| of two vectors after scaling each by its own factor; ||q - p|| is asked for by a negative one.
// Not both in a single pass: in that GCC 12 fuses multiplications and subtractions even when told not to (GCC
// bug 106902).
template <class First, class Second>
double scaled_sum(std::size_t width, First read_p, double p_scale, Second read_q, double q_scale) {
  return norm_of_vector(
      width, [&](std::size_t i, std::size_t count, EightDoubles & piece) __attribute__((always_inline)) {
        EightDoubles p, q;
        read_p(i, count, p);
        read_q(i, count, q);
        piece = q_scale * q + p_scale * p;
      });
}

/// ||(w - v) - (v - u)||
template <class State>
double second_difference_of(const State& u, const State& v, const State& w) {
  const auto read_older = step_reader(u, v);
  const auto read_newer = step_reader(v, w);
  return scaled_sum(u.width, read_older, -1, read_newer, 1);
}

template <class State>
void add_angle(Turn& turn, const State& u, const State& v, const State& w, const Meeting& meeting) {
  if (turn.zero) return;
  const double both = turn.older * turn.newer;
  const double less = both - meeting.dot;
  const double more = both + meeting.dot;
  if (std::min(less, more) > needle * both) {
    turn.unit_difference = std::sqrt(less);
    turn.unit_sum = std::sqrt(more);
    return;
  }
  const auto older = step_reader(u, v);
  const auto newer = step_reader(v, w);
  turn.unit_difference = scaled_sum(u.width, older, -1 / turn.older, newer, 1 / turn.newer);
  turn.unit_sum = scaled_sum(u.width, older, 1 / turn.older, newer, 1 / turn.newer);
}

/// sqrt((||s|| - ||s'||)^2 + 2 rest) where `rest`, ||s|| ||s'|| -+ s.s', says enough, else what `measure`
/// finds.
template <class Measure>
double third_side(const Turn& turn, double rest, Measure measure) {
  if (turn.zero || !(rest > needle * turn.older * turn.newer)) return measure();
  const double apart = turn.older - turn.newer;
  return std::sqrt(apart * apart + 2 * rest);
}

template <class State>
void add_across(Turn& turn, const State& u, const State& w, const Meeting& meeting) {
  const double rest = turn.older * turn.newer + meeting.dot;
  turn.across = third_side(turn, rest, [&] { return distance(u, w); });
  turn.closed = is_zero_step(turn.across, u, w);
}

template <class State>
void add_second_difference(Turn& turn, const State& u, const State& v, const State& w,
                           const Meeting& meeting) {
  const double rest = turn.older * turn.newer - meeting.dot;
  turn.second_difference = third_side(turn, rest, [&] { return second_difference_of(u, v, w); });
}

template <class State>
Turn turn_of_steps(const State& u, const State& v, const State& w, double older, double newer) {
  Turn turn;
  turn.older = older;
  turn.newer = newer;
  turn.zero = is_zero_step(older, u, v) || is_zero_step(newer, v, w);
  return turn;
}

}  // namespace

double norm_of(const double* values, std::size_t width) {
  return norm_of_vector(width, reader_of(StatePointer{values, width, 0}));
}

double norm_of(const float* values, std::size_t width) {
  return norm_of_vector(width, reader_of(ScaledState{values, width, 0, 1}));
}

template <class State>
double distance(const State& u, const State& v) {
  return norm_of_vector(u.width, step_reader(u, v));
}

template <class State>
double delta_of(Delta kind, const State& u, const State& v, double length) {
  if (kind == Delta::chord) return length;
  if (u.norm == 0 || v.norm == 0) return undefined;
  const auto p = reader_of(u);
  const auto q = reader_of(v);
  const bool unit = u.norm == 1 && v.norm == 1;
  const double difference = unit ? length : scaled_sum(u.width, p, -1 / u.norm, q, 1 / v.norm);
  if (kind == Delta::cosine) return difference * difference / 2;
  return 2 * std::atan2(difference, scaled_sum(u.width, p, 1 / u.norm, q, 1 / v.norm));
}

template <class State>
Meeting meeting_of(const State& u, const State& v, const State& w) {
  EightDoubles squares{};
  EightDoubles products{};
  by_eights(
      u.width, [&](std::size_t i, std::size_t count) __attribute__((always_inline)) {
        EightDoubles older, middle, newer;
        read(u, i, count, older);
        read(v, i, count, middle);
        read(w, i, count, newer);
        older = middle - older;
        newer -= middle;
        squares += newer * newer;
        products += older * newer;
      });
  return {std::sqrt(sum_of(squares)), sum_of(products)};
}

template <class State>
Turn turn_of(Curvature kind, const State& u, const State& v, const State& w, double older,
             const Meeting& meeting) {
  Turn turn = turn_of_steps(u, v, w, older, meeting.newer);
  if (kind == Curvature::second_difference) {
    add_second_difference(turn, u, v, w, meeting);
    return turn;
  }
  add_angle(turn, u, v, w, meeting);
  if (kind == Curvature::menger || kind == Curvature::three_point) add_across(turn, u, w, meeting);
  return turn;
}

template <class State>
Turn turn_with_all_members(const State& u, const State& v, const State& w, double older,
                           const Meeting& meeting) {
  Turn turn = turn_of_steps(u, v, w, older, meeting.newer);
  add_second_difference(turn, u, v, w, meeting);
  add_angle(turn, u, v, w, meeting);
  add_across(turn, u, w, meeting);
  return turn;
}

double curvature_of(Curvature kind, const Turn& turn) {
  if (kind == Curvature::second_difference) return turn.second_difference;
  if (turn.zero) return undefined;
  const double x = turn.unit_difference;
  const double y = turn.unit_sum;
  if (kind == Curvature::turning) return 2 * std::atan2(x, y);
  const double scale = x * x + y * y;
  if (kind == Curvature::turning_cosine) return 2 * x * x / scale;
  if (turn.closed) return undefined;
  const double sine = 2 * x * y / scale;
  if (kind == Curvature::menger) return 2 * sine / turn.across;
  return 8 * turn.older * turn.newer * sine / (turn.across * turn.across * turn.across);
}

double product_of(double delta, double curvature) {
  const double product = delta * curvature;
  return std::isnan(product) ? 0 : product;
}

template double distance(const StatePointer&, const StatePointer&);
template double distance(const ScaledState&, const ScaledState&);
template double delta_of(Delta, const StatePointer&, const StatePointer&, double);
template double delta_of(Delta, const ScaledState&, const ScaledState&, double);
template Meeting meeting_of(const StatePointer&, const StatePointer&, const StatePointer&);
template Meeting meeting_of(const ScaledState&, const ScaledState&, const ScaledState&);
template Turn turn_of(Curvature, const StatePointer&, const StatePointer&, const StatePointer&, double,
                      const Meeting&);
template Turn turn_of(Curvature, const ScaledState&, const ScaledState&, const ScaledState&, double,
                      const Meeting&);
template Turn turn_with_all_members(const StatePointer&, const StatePointer&, const StatePointer&, double,
                                    const Meeting&);

}  // namespace phasescope::curvature
