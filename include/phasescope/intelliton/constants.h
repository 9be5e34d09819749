#pragma once

namespace phasescope::intelliton {

/// Guards logarithms and divisions of the published method; all its formulas share it.
inline constexpr double kEpsilon = 1e-10;
inline constexpr double kPi = 3.14159265358979323846;

}  // namespace phasescope::intelliton
