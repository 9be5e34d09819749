#pragma once

#include <optional>
#include <vector>

namespace phasescope::stats {

/// Kendall's tau-b of two rankings of the same items (Kendall 1945): (concordant - discordant pairs) over
/// sqrt((pairs not tied in a)(pairs not tied in b)). Absent for fewer than two items or when one ranking ties
/// all.
std::optional<double> kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace phasescope::stats
