#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::testing {

/// Paths of all files below a folder, relative to it.
std::set<std::string> files_in(const std::filesystem::path& folder);

/// Bytes of every file below a folder except `left_out`, by relative path.
std::map<std::string, std::string> contents_of(const std::filesystem::path& folder,
                                               const std::set<std::string>& left_out = {});

/// The values of a JSON Lines file.
std::vector<Json> json_lines(const std::filesystem::path& file);

/// Expects a document to follow configs/schemas/<schema>.schema.json.
void expect_valid(const Json& document, const std::string& schema);

/// Expects equal structure, texts and integers, and floating-point numbers within `tolerance` of the larger
/// of 1 and their magnitude.
void expect_close(const Json& actual, const Json& expected, double tolerance, const std::string& path = {});

/// Keys of an object in order.
std::vector<std::string> keys_of(const Json& object);

}  // namespace phasescope::testing
