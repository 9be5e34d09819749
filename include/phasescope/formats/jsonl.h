#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "phasescope/base/json.h"

namespace phasescope::formats {

/// Calls `use(value, line)` for each line of a JSON Lines file in order, with lines counted from 1. Blank
/// lines are passed over but counted; line ends may be CR LF; a byte-order mark is ignored. Errors:
/// environment when the file cannot be read, input_file with the line where one is no JSON value. What `use`
/// throws goes through.
void for_each_json_line(const std::filesystem::path& file,
                        const std::function<void(const Json& value, std::uint64_t line)>& use);

/// The same for a text that came from `file`.
void for_each_json_line(std::string_view text, const std::string& file,
                        const std::function<void(const Json& value, std::uint64_t line)>& use);

}  // namespace phasescope::formats
