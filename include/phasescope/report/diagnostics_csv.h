#pragma once

#include <string>

#include "phasescope/intelliton/diagnostics_report.h"

namespace phasescope::report {

// Tables of diagnostics.json; undefined numbers are empty cells.

/// tables/trajectory.csv: one row a prompt, generation step and leading species.
std::string trajectory_to_csv(const intelliton::DiagnosticsReport& report);

/// tables/transitions.csv: how often one leading species follows another, by role.
std::string transitions_to_csv(const intelliton::DiagnosticsReport& report);

/// tables/pairs.csv: one row a pair, then one a control.
/// tables/measures.csv: what tells the two sides of pairs, or pairs from controls, apart, with its nulls.
std::string measures_to_csv(const intelliton::DiagnosticsReport& report);
std::string pairs_to_csv(const intelliton::DiagnosticsReport& report);

}  // namespace phasescope::report
