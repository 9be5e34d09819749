#pragma once

#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// A share of runs with its interval; absent where undefined.
struct ShareEstimate {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
};

struct RegimeShareRow {
  std::string name;                   ///< a model, or "shuffled states"
  std::vector<ShareEstimate> shares;  ///< one a regime
};

struct RegimeShares {
  std::string title_of;  ///< what the shares are of: a model or "all models"
  std::string finding;
  std::vector<std::string> regimes;
  std::vector<RegimeShareRow> rows;
};

/// For each regime one bar a row with its interval, in per cent of runs.
std::string regime_shares_figure(const RegimeShares& shares);

}  // namespace phasescope::report
