#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

/// A record of a CSV file and the line (counted from 1) on which it begins.
struct CsvRecord {
  std::uint64_t line;
  std::vector<std::string> fields;
};

/// Splits comma-separated values as RFC 4180 defines them: quoted fields may hold commas, line breaks and
/// doubled quotes; records end with CRLF or LF. Empty lines are passed over. Errors: input_file with the
/// line, for text after a closing quote, a quote within an unquoted field, or an unclosed quote.
std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& file);

}  // namespace phasescope::text
