#pragma once

#include <filesystem>
#include <string>

#include "phasescope/curvature/regime_report.h"
#include "phasescope/report/regime_json.h"

namespace phasescope::run {

/// Writes the pictures of a regime report below `folder`/figures: ct_trace.svg (ct over the tokens of the run
/// whose ratio is nearest to the median) and ct_trace_highest.svg (of the run with the largest ratio), where
/// tokens are known by id, else by number; ct_layers.svg, ct_regimes.svg, ct_null.svg and ct_plane.svg. A
/// report without any ratio gives no traces, and the others say that there is nothing to show.
void write_ct_figures(const std::filesystem::path& folder, const curvature::RegimeReport& report,
                      const std::string& model, const report::TokenText& token_text);

}  // namespace phasescope::run
