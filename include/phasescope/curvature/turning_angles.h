#pragma once

#include <cstddef>

namespace phasescope::curvature {

/// Turning angles of many triangles at once, in radians: angle[i] = 2 atan2(sqrt(sine_square[i]),
/// sqrt(cosine_square[i])) to a few units in the last place, from any common multiple of the squares of sine
/// and cosine of the half angle. Both are at least 0 and not both 0, else the angle is undefined. The same
/// bits for a triangle whatever its neighbours are.
void turning_angles(std::size_t count, const double* sine_square, const double* cosine_square, double* angle);

}  // namespace phasescope::curvature
