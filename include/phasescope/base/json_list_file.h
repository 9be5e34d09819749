#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "phasescope/base/json.h"

namespace phasescope {

/// Writes, atomically, a document that has a long list: `document` with `count` elements at `key`, which is
/// one of its own keys. Elements are made when it is their turn, so that one at a time is in memory. The
/// bytes are those of dump(2) of the whole document, and a line feed. Errors: environment.
void write_json_with_list(const std::filesystem::path& file, Json document, const std::string& key,
                          std::size_t count, const std::function<Json(std::size_t)>& element);

}  // namespace phasescope
