#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/report/comparison.h"

namespace phasescope::run {

/// Published figures are named with this before the name of a model.
inline constexpr const char* kPublishedPrefix = "published:";

/// What a source says of one model: a run folder, a report (regime.json, species.json or diagnostics.json),
/// or published:NAME. Errors: environment when it cannot be read, input_file when it is no report or a value
/// in it has the wrong type, usage for a publication that is not known, with the known names.
report::ComparedModel read_compared_model(const std::string& source);

/// The names after published:, in the order of the shipped files. Errors: as for reading them.
std::vector<std::string> published_names();

/// Reads the sources and sets them side by side. Errors: as read_compared_model and report::compare_models.
report::Comparison compare_sources(const std::vector<std::string>& sources);

/// Writes compare.md, compare.csv and compare.json. Errors: environment.
void write_comparison(const std::filesystem::path& folder, const report::Comparison& comparison);

}  // namespace phasescope::run
