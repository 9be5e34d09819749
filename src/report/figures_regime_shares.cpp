#include "phasescope/report/figures_regime_shares.h"

#include <algorithm>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

void add_bar(Plot& plot, double centre, double width, const ShareEstimate& share, const Paint& paint) {
  TextStyle style{10.5};
  style.haloed = true;
  if (!share.value) {
    plot.note({0, centre}, "undefined", Side::right, {10.5, Paint::muted()});
    return;
  }
  const double percent = 100 * *share.value;
  plot.box({0, centre - width / 2}, {percent, centre + width / 2}, {paint, 0.85});
  const double end = share.high ? std::max(percent, 100 * *share.high) : percent;
  if (share.low && share.high) {
    plot.x_intervals({centre}, {100 * *share.low}, {100 * *share.high}, {Paint::ink(), 1.3});
  }
  plot.note({end, centre}, significant_text(percent, 3) + " %", Side::right, style);
}

}  // namespace

std::string regime_shares_figure(const RegimeShares& shares) {
  const double rows = static_cast<double>(std::max<std::size_t>(1, shares.rows.size()));
  const double slot = 0.8 / rows;
  Axis regimes{"", AxisKind::category};
  regimes.categories = shares.regimes;
  regimes.reversed = true;
  Plot plot({"share of runs (%)", AxisKind::linear, 0, 108}, regimes);
  for (std::size_t row = 0; row < shares.rows.size(); ++row) {
    const Paint paint = Paint::series(row);
    const std::size_t count = std::min(shares.regimes.size(), shares.rows[row].shares.size());
    for (std::size_t regime = 0; regime < count; ++regime) {
      const double centre = static_cast<double>(regime) - 0.4 + slot * (static_cast<double>(row) + 0.5);
      add_bar(plot, centre, 0.86 * slot, shares.rows[row].shares[regime], paint);
    }
    plot.legend({shares.rows[row].name, std::nullopt, std::nullopt, Fill{paint, 0.85}});
  }
  const double height = 90 + static_cast<double>(shares.regimes.size()) * std::max(34.0, 18 * rows);
  return draw_figure(
      {"Regimes of the runs: " + shares.title_of, shares.finding,
       "Bars of the share of runs in each of " + std::to_string(shares.regimes.size()) +
           " regimes, with 95 % intervals, for " + std::to_string(shares.rows.size()) + " rows."},
      {plot}, 1, height);
}

}  // namespace phasescope::report
