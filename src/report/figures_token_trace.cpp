#include "phasescope/report/figures_token_trace.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

/// Local maxima (ends included), highest first.
std::vector<std::size_t> peaks_by_height(const std::vector<double>& values) {
  std::vector<std::size_t> peaks;
  const auto at = [&](std::size_t i) {
    return i < values.size() && std::isfinite(values[i]) ? values[i] : -1e300;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double before = i == 0 ? -1e300 : at(i - 1);
    if (std::isfinite(values[i]) && values[i] > before && values[i] >= at(i + 1)) peaks.push_back(i);
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return peaks;
}

/// The highest peaks that stand at least `spacing` positions apart, so that their texts do not collide.
std::vector<std::size_t> labelled_peaks(const TokenTrace& trace, double spacing) {
  std::vector<std::size_t> chosen;
  for (const std::size_t peak : peaks_by_height(trace.ct)) {
    const bool free = std::all_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return std::abs(trace.positions[peak] - trace.positions[other]) >= spacing;
    });
    if (free && chosen.size() < trace.labelled_peaks) chosen.push_back(peak);
  }
  return chosen;
}

double span(const std::vector<double>& positions) {
  return positions.empty() ? 1 : positions.back() - positions.front();
}

}  // namespace

std::string visible_token(const std::string& token) {
  std::string text;
  for (const char character : token) {
    if (character == ' ')
      text += "␣";
    else if (character == '\n')
      text += "⏎";
    else if (character == '\t')
      text += "⇥";
    else if (static_cast<unsigned char>(character) < 0x20)
      text += "�";
    else
      text += character;
  }
  return text.empty() ? "∅" : text;
}

std::string token_trace_figure(const TokenTrace& trace) {
  Plot plot({"token position", AxisKind::integer}, {"ct"});
  const Stroke stroke{Paint::series(0), 1.8};
  plot.line(trace.positions, trace.ct, stroke);
  plot.points(trace.positions, trace.ct, {MarkerShape::circle, Paint::series(0), 4});
  if (trace.mean) {
    const Stroke rule{Paint::muted(), 1.2, Dash::dashed};
    plot.y_rule(*trace.mean, "mean " + significant_text(*trace.mean, 3), rule);
  }
  for (const std::size_t peak : labelled_peaks(trace, span(trace.positions) / 48)) {
    const std::string text = peak < trace.tokens.size() ? visible_token(trace.tokens[peak]) : "";
    plot.flag({trace.positions[peak], trace.ct[peak], text});
    plot.points({trace.positions[peak]}, {trace.ct[peak]}, {MarkerShape::circle, Paint::series(1), 8});
  }
  plot.legend({trace.ct_id.empty() ? "ct" : trace.ct_id, stroke});
  plot.legend(
      {"highest peaks, with their tokens", std::nullopt, Marker{MarkerShape::circle, Paint::series(1), 8}});
  return draw_figure({"Trajectory instability by token: " + trace.model + ", " + trace.run, trace.finding,
                      "Line plot of ct over " + std::to_string(trace.ct.size()) +
                          " steps. The texts of the tokens at the highest peaks stand under the axis."},
                     {plot}, 1, 400);
}

}  // namespace phasescope::report
