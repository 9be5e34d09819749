#include "phasescope/report/figures_singular_values.h"

#include "phasescope/report/plot.h"

namespace phasescope::report {
std::string singular_values_figure(const SingularValueDepth& depth) {
  Plot plot({"layer (0 is the embedding output)", AxisKind::integer},
            {"singular value", AxisKind::logarithmic});
  const Marker dot{MarkerShape::circle, Paint::muted(), 2.6};
  for (std::size_t layer = 0; layer < depth.values.size(); ++layer) {
    const Values& values = depth.values[layer];
    plot.points(Values(values.size(), static_cast<double>(layer)), values, dot);
  }
  for (std::size_t i = 0; i < depth.threads.size(); ++i) {
    const SingularValueThread& thread = depth.threads[i];
    const Stroke stroke{Paint::series(i), 2};
    plot.line(counting(thread.values.size()), thread.values, stroke);
    plot.legend({thread.name, stroke});
  }
  plot.legend({"every singular value", std::nullopt, dot});
  return draw_figure(
      {"Singular values over depth: " + depth.model, depth.finding,
       "Singular values of " + std::to_string(depth.values.size()) +
           " layers as dots on a logarithmic scale, with " + std::to_string(depth.threads.size()) +
           " modes that were matched from layer to layer as lines."},
      {plot}, 1, 400);
}

}  // namespace phasescope::report
