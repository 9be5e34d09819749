#pragma once

#include <filesystem>
#include <string>

namespace phasescope::run {

/// One HTML page about a finished run or analysis: verdict and numbers of each report that its folder holds,
/// with intervals and nulls, the tables, the pictures, what the model wrote, and the conditions. It depends
/// on nothing but the files of the folder, so the same folder gives the same bytes. Errors: environment when
/// the folder has no manifest.json, input_file when the run is not complete or a report does not follow its
/// schema.
std::string page_of_run(const std::filesystem::path& folder);

}  // namespace phasescope::run
