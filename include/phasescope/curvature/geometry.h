#pragma once

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

// Sums run over eight interleaved partial sums in a fixed order, so that a value depends neither on where a
// state lies in memory nor on the vector width of the processor.
double squared_norm(const double* values, std::size_t width);
double distance(const StatePointer& u, const StatePointer& v);
bool is_zero_step(double length, const StatePointer& u, const StatePointer& v);

/// Delta of the step from u to v. Cosine and arc come from the unit vectors p, q of the states, as
/// ||p - q||^2 / 2 and 2 atan2(||p - q||, ||p + q||), which stay exact for small angles (Kahan, "How futile
/// are mindless assessments of roundoff", 2006); undefined when a state has norm 0. `length` is distance(u,
/// v).
double delta_of(Delta kind, const StatePointer& u, const StatePointer& v, double length);

/// Two steps that meet, given by the sides of their triangle and by the half angle between them.
struct Turn {
  double older = 0;              ///< ||s||
  double newer = 0;              ///< ||s'||
  double across = 0;             ///< ||s + s'||, the distance of the outer states
  double unit_difference = 0;    ///< proportional to sin(turning / 2): ||s'/|s'| - s/|s| ||
  double unit_sum = 0;           ///< proportional to cos(turning / 2), the same factor: ||s'/|s'| + s/|s| ||
  double second_difference = 0;  ///< ||s' - s||
  bool zero = false;             ///< a step is zero: there is no angle
  bool closed = false;           ///< the outer states coincide: no circle through the three
};

/// The turn at v from the states themselves; `older` and `newer` are the step lengths. Only the members that
/// `kind` needs are filled in; all of them for `all_members`.
Turn turn_of(Curvature kind, const StatePointer& u, const StatePointer& v, const StatePointer& w,
             double older, double newer);
Turn turn_with_all_members(const StatePointer& u, const StatePointer& v, const StatePointer& w, double older,
                           double newer);

/// Curvature of a turn; undefined where the turn has none. With sides s, s': menger = 2 sin(turning)/|s+s'|
/// (twice the sine over the opposite side), three_point = 8 |s||s'| sin(turning)/|s+s'|^3 (the central
/// differences v = (s+s')/2, a = s'-s in sqrt(|a|^2|v|^2-(a.v)^2)/|v|^3 without its difference of products).
double curvature_of(Curvature kind, const Turn& turn);

/// ct = delta x curvature; 0 where either is undefined.
double product_of(double delta, double curvature);

}  // namespace phasescope::curvature
