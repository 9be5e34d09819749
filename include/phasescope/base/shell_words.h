#pragma once

#include <string>
#include <vector>

namespace phasescope {

/// A word as a POSIX shell reads it back, quoted only where that is needed.
std::string shell_word(const std::string& text);
/// Words as one line of shell.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace phasescope
