#pragma once

#include "phasescope/intelliton/catalog.h"

namespace phasescope::intelliton {

/// `value` to `decimals` decimals, correctly rounded from its exact binary value (exact ties to even).
double rounded(double value, int decimals);

/// A species with every quantity rounded as in the published tables; its vector is left out.
Species rounded(const Species& species);

}  // namespace phasescope::intelliton
