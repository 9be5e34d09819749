#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/sweep/point_record.h"

namespace phasescope::sweep {

/// The entry of one finished point in sweep.json. `planned` is its entry in the plan's identity; reports are
/// read from its folder. Errors: as the reports'.
Json merged_point(const Json& planned, const PointRecord& record, const std::filesystem::path& folder);

/// sweep.csv: one row a point of sweep.json, a column an axis, and the quantities of both families with their
/// intervals; undefined ones are empty.
std::string sweep_csv(const Json& sweep);

/// One quantity of a merged point.
struct MergedQuantity {
  const char* column;   ///< of sweep.csv
  const char* pointer;  ///< JSON pointer into the point, to a number or an estimate
  bool is_estimate;     ///< has `<column>_low` and `<column>_high` too
};
/// All that sweep.csv has, in its order.
const std::vector<MergedQuantity>& merged_quantities();

}  // namespace phasescope::sweep
