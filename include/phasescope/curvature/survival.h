#pragma once

#include "phasescope/curvature/regime_report.h"

namespace phasescope::curvature {

/// Weighs the regime of a finished report against its null, its length, its resampling and its definition. It
/// survives when all of these hold, as far as they were computed:
/// - the 95 % interval of the median ratio_excess leaves out 1, and most runs differ from their null;
/// - the null alone would not get the same regime;
/// - the median at a common length has the same regime;
/// - at least 95 % of the resampled medians have it;
/// - most of the other definitions have it;
/// - most texts do not end in a loop, where states repeat and what is left of ct is how the loop began.
Survival judge_survival(const RegimeReport& report);

}  // namespace phasescope::curvature
