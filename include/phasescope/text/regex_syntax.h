#pragma once

#include <string>
#include <string_view>

namespace phasescope::text {

/// Rewrites a regular expression from Oniguruma's Ruby syntax (with UTF-8 and its Unicode classes) to PCRE2
/// with UTF, UCP and MULTILINE, such that both match the same texts. What differs and is rewritten:
///  - \s \S \w \W \d \D \h \H, whose Unicode classes differ, and [[:name:]] classes;
///  - a + after {n,m}, which in Ruby repeats the repetition and does not make it possessive;
///  - (?m), Ruby's name for "dot matches newline"; \Z; \p{^Name}; long names of general categories.
/// Errors: input_file, naming the construct, for set intersections, sets within sets, absence operators and
/// other rare constructs.
std::string translate_oniguruma(std::string_view pattern, const std::string& file, const std::string& field);

}  // namespace phasescope::text
