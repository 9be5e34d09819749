#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

// What Python's str methods do, on valid UTF-8: places and lengths count code points.

/// str.isspace of one character.
bool is_python_space(char32_t code_point);

/// str.strip, lstrip, rstrip: removes characters of `characters`, or white space when null.
std::string python_strip(std::string_view text, const std::string* characters, bool left, bool right);

/// str.upper, lower, capitalize, title; simple case mappings and the sharp s.
std::string python_upper(std::string_view text);
std::string python_lower(std::string_view text);
std::string python_capitalize(std::string_view text);
std::string python_title(std::string_view text);

/// str.split without (null) and with a separator, and str.rsplit; at most `limit` cuts unless negative.
std::vector<std::string> python_split(std::string_view text, const std::string* separator,
                                      std::int64_t limit);
std::vector<std::string> python_rsplit(std::string_view text, const std::string* separator,
                                       std::int64_t limit);

/// str.splitlines without the line ends.
std::vector<std::string> python_splitlines(std::string_view text);

/// str.replace; at most `limit` times unless negative.
std::string python_replace(std::string_view text, std::string_view old_part, std::string_view new_part,
                           std::int64_t limit);

/// The characters one by one.
std::vector<std::string> python_characters(std::string_view text);

/// repr() of a string.
std::string python_quoted(std::string_view text);

/// The places that a slice [start:stop:step] takes of a sequence. step must not be 0.
std::vector<std::size_t> python_slice(std::size_t size, std::optional<std::int64_t> start,
                                      std::optional<std::int64_t> stop, std::int64_t step);

}  // namespace phasescope::text
