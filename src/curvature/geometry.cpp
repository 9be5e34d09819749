#include "phasescope/curvature/geometry.h"

#include <algorithm>
#include <cmath>

namespace phasescope::curvature {
namespace {

/// Sum of element(i)^2 for i in [0, width), in eight partial sums which the compiler keeps in vector
/// registers.
template <class Element>
double sum_of_squares(std::size_t width, Element element) {
  constexpr std::size_t lanes = 8;
  double sum[lanes] = {};
  const auto add = [&](std::size_t lane, double x) { sum[lane] += x * x; };
  std::size_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) add(lane, element(i + lane));
  }
  for (std::size_t lane = 0; i < width; ++i, ++lane) add(lane, element(i));
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

struct Apart {
  double difference = 0;  ///< ||q - p||
  double sum = 0;         ///< ||q + p||
};

/// How far apart two vectors are after scaling each by its own factor. Two passes: in a single one GCC 12
/// fuses multiplications and subtractions even when told not to (GCC bug 106902).
template <class First, class Second>
Apart scaled_apart(std::size_t width, First first, double first_scale, Second second, double second_scale) {
  const auto p = [&](std::size_t i) { return first_scale * first(i); };
  const auto q = [&](std::size_t i) { return second_scale * second(i); };
  return {std::sqrt(sum_of_squares(width, [&](std::size_t i) { return q(i) - p(i); })),
          std::sqrt(sum_of_squares(width, [&](std::size_t i) { return q(i) + p(i); }))};
}

Turn turn_of_steps(const StatePointer& u, const StatePointer& v, const StatePointer& w, double older,
                   double newer) {
  Turn turn;
  turn.older = older;
  turn.newer = newer;
  turn.zero = is_zero_step(older, u, v) || is_zero_step(newer, v, w);
  return turn;
}

void add_angle(Turn& turn, const StatePointer& u, const StatePointer& v, const StatePointer& w) {
  if (turn.zero) return;
  const double* a = u.values;
  const double* b = v.values;
  const double* c = w.values;
  const Apart apart = scaled_apart(
      u.width, [a, b](std::size_t i) { return b[i] - a[i]; }, 1 / turn.older,
      [b, c](std::size_t i) { return c[i] - b[i]; }, 1 / turn.newer);
  turn.unit_difference = apart.difference;
  turn.unit_sum = apart.sum;
}

void add_across(Turn& turn, const StatePointer& u, const StatePointer& w) {
  turn.across = distance(u, w);
  turn.closed = is_zero_step(turn.across, u, w);
}

void add_second_difference(Turn& turn, const StatePointer& u, const StatePointer& v, const StatePointer& w) {
  const double* a = u.values;
  const double* b = v.values;
  const double* c = w.values;
  turn.second_difference =
      std::sqrt(sum_of_squares(u.width, [a, b, c](std::size_t i) { return (c[i] - b[i]) - (b[i] - a[i]); }));
}

}  // namespace

double squared_norm(const double* values, std::size_t width) {
  return sum_of_squares(width, [values](std::size_t i) { return values[i]; });
}

double distance(const StatePointer& u, const StatePointer& v) {
  const double* a = u.values;
  const double* b = v.values;
  return std::sqrt(sum_of_squares(u.width, [a, b](std::size_t i) { return b[i] - a[i]; }));
}

bool is_zero_step(double length, const StatePointer& u, const StatePointer& v) {
  return length <= zero_step * std::max(u.norm, v.norm);
}

double delta_of(Delta kind, const StatePointer& u, const StatePointer& v, double length) {
  if (kind == Delta::chord) return length;
  if (u.norm == 0 || v.norm == 0) return undefined;
  const Apart apart = scaled_apart(
      u.width, [a = u.values](std::size_t i) { return a[i]; }, 1 / u.norm,
      [b = v.values](std::size_t i) { return b[i]; }, 1 / v.norm);
  if (kind == Delta::cosine) return apart.difference * apart.difference / 2;
  return 2 * std::atan2(apart.difference, apart.sum);
}

Turn turn_of(Curvature kind, const StatePointer& u, const StatePointer& v, const StatePointer& w,
             double older, double newer) {
  Turn turn = turn_of_steps(u, v, w, older, newer);
  if (kind == Curvature::second_difference) {
    add_second_difference(turn, u, v, w);
    return turn;
  }
  add_angle(turn, u, v, w);
  if (kind == Curvature::menger || kind == Curvature::three_point) add_across(turn, u, w);
  return turn;
}

Turn turn_with_all_members(const StatePointer& u, const StatePointer& v, const StatePointer& w, double older,
                           double newer) {
  Turn turn = turn_of_steps(u, v, w, older, newer);
  add_second_difference(turn, u, v, w);
  add_angle(turn, u, v, w);
  add_across(turn, u, w);
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

}  // namespace phasescope::curvature
