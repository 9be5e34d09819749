#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "phasescope/curvature/definition.h"

namespace phasescope::curvature {

/// Marks an angle or curvature that does not exist, inside loops; reports hold an absent value instead.
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// A step counts as zero when it is not longer than this fraction of the longer of its two states.
constexpr double zero_step = 1e-12;

/// A normalised state: `width` numbers, owned elsewhere, and their Euclidean norm.
struct StatePointer {
  const double* values = nullptr;
  std::size_t width = 0;
  double norm = 0;
};

/// A normalised state that lies in memory as it was captured: its numbers are `scale` times `values`. Gives
/// the same bits as a StatePointer to those products.
struct ScaledState {
  const float* values = nullptr;
  std::size_t width = 0;
  double norm = 0;  ///< of the products
  double scale = 1;
};

// Sums run over eight interleaved partial sums in a fixed order, so that a value depends neither on where a
// state lies in memory nor on the vector width of the processor. `State` is StatePointer or ScaledState.
double norm_of(const double* values, std::size_t width);
double norm_of(const float* values, std::size_t width);
template <class State>
double distance(const State& u, const State& v);
template <class State>
bool is_zero_step(double length, const State& u, const State& v) {
  return length <= zero_step * std::max(u.norm, v.norm);
}

/// Delta of the step from u to v. Cosine and arc come from the unit vectors p, q of the states, as
/// ||p - q||^2 / 2 and 2 atan2(||p - q||, ||p + q||), which stay exact for small angles (Kahan, "How futile
/// are mindless assessments of roundoff", 2006); undefined when a state has norm 0. `length` is distance(u,
/// v).
template <class State>
double delta_of(Delta kind, const State& u, const State& v, double length);

/// Two steps s = v - u and s' = w - v.
struct Meeting {
  double newer = 0;  ///< ||s'||, the same bits as distance(v, w)
  double dot = 0;    ///< s . s'
};
template <class State>
Meeting meeting_of(const State& u, const State& v, const State& w);

/// Two steps that meet, given by the sides of their triangle and by the half angle between them.
struct Turn {
  double older = 0;              ///< ||s||
  double newer = 0;              ///< ||s'||
  double across = 0;             ///< ||s + s'||, the distance of the outer states
  double unit_difference = 0;    ///< proportional to sin(turning / 2)
  double unit_sum = 0;           ///< proportional to cos(turning / 2), the same factor
  double second_difference = 0;  ///< ||s' - s||
  bool zero = false;             ///< a step is zero: there is no angle
  bool closed = false;           ///< the outer states coincide: no circle through the three
};

/// The turn at v; `older` is distance(u, v). With a = ||s||, b = ||s'|| and the dot product, 2 ab sin^2 and 2
/// ab cos^2 of the half angle are ab -+ s.s', and the squares of ||s' -+ s|| are (a - b)^2 more. Where one of
/// ab -+ s.s' is a difference of nearly equal numbers, what comes from it is measured on the states instead:
/// the half angle as that between ||s'/b - s/a|| and ||s'/b + s/a||. Only the members that `kind` needs are
/// filled in.
template <class State>
Turn turn_of(Curvature kind, const State& u, const State& v, const State& w, double older,
             const Meeting& meeting);
/// The same with all members.
template <class State>
Turn turn_with_all_members(const State& u, const State& v, const State& w, double older,
                           const Meeting& meeting);

/// Curvature of a turn; undefined where the turn has none. With sides s, s': menger = 2 sin(turning)/|s+s'|
/// (twice the sine over the opposite side), three_point = 8 |s||s'| sin(turning)/|s+s'|^3 (the central
/// differences v = (s+s')/2, a = s'-s in sqrt(|a|^2|v|^2-(a.v)^2)/|v|^3 without its difference of products).
double curvature_of(Curvature kind, const Turn& turn);

/// ct = delta x curvature; 0 where either is undefined.
double product_of(double delta, double curvature);

}  // namespace phasescope::curvature
