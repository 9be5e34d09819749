#include "phasescope/report/figures_training_course.h"

#include <algorithm>
#include <limits>

#include "phasescope/report/scale.h"

namespace phasescope::report {
namespace {

/// Where the steps of all panels lie on the x axis.
class StepAxis {
 public:
  explicit StepAxis(const TrainingCourse& course) : models_(course.models) {
    for (const CoursePanel& panel : course.panels) {
      for (const CourseLine& line : panel.lines) {
        for (const double step : line.positions) include(step);
      }
    }
    constexpr double wide = 20;
    logarithmic_ = models_.empty() && least_ < greatest_ && greatest_ / least_ >= wide;
  }

  Axis axis() const {
    if (!models_.empty()) return {"model", AxisKind::category, std::nullopt, std::nullopt, models_};
    if (!logarithmic_) return {"training step", AxisKind::integer};
    const double low = has_zero_ ? place_of_zero() / 1.3 : least_ / 1.3;
    return {"training step", AxisKind::logarithmic, low, greatest_ * 1.3};
  }
  /// On a logarithmic axis step 0 has a place of its own before the first.
  double place(double step) const { return logarithmic_ && step <= 0 ? place_of_zero() : step; }
  bool shows_zero_apart() const { return logarithmic_ && has_zero_; }
  double place_of_zero() const { return least_ / 2.5; }

 private:
  void include(double step) {
    if (step <= 0) {
      has_zero_ = true;
    } else {
      least_ = std::min(least_, step);
      greatest_ = std::max(greatest_, step);
    }
  }

  std::vector<std::string> models_;
  double least_ = std::numeric_limits<double>::infinity();
  double greatest_ = 0;
  bool has_zero_ = false;
  bool logarithmic_ = false;
};

/// A line as the plot takes it.
struct Curve {
  Values x, y, low, high;
};

/// Lines stand a little beside each other where models stand side by side.
double nudge(std::size_t index, std::size_t lines, bool side_by_side) {
  constexpr double width = 0.4;
  if (!side_by_side || lines < 2) return 0;
  return width * (static_cast<double>(index) / static_cast<double>(lines - 1) - 0.5);
}

Curve curve_of(const CourseLine& line, const StepAxis& steps, double offset) {
  Curve curve;
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    curve.x.push_back(steps.place(line.positions[i]) + offset);
    curve.y.push_back(line.points[i].value.value_or(undefined));
    curve.low.push_back(line.points[i].low.value_or(undefined));
    curve.high.push_back(line.points[i].high.value_or(undefined));
  }
  return curve;
}

Paint paint_of(std::size_t index) {
  return index < series_colours ? Paint::series(index) : Paint::muted();
}

void add_curve(Plot& plot, const Curve& curve, std::size_t index, bool joined) {
  const Paint paint = paint_of(index);
  Stroke thin{paint, 1.1};
  thin.opacity = 0.7;
  plot.y_intervals(curve.x, curve.low, curve.high, thin);
  if (joined) plot.line(curve.x, curve.y, {paint, 1.8});
  plot.points(curve.x, curve.y, {series_marker(index), paint, 6});
}

AxisEnds ends_of(const std::vector<Curve>& curves) {
  std::vector<const Values*> values;
  for (const Curve& curve : curves) {
    for (const Values* part : {&curve.y, &curve.low, &curve.high}) values.push_back(part);
  }
  return ratio_axis_ends(values);
}

Axis y_axis(const CoursePanel& panel, const std::vector<Curve>& curves) {
  if (panel.logarithmic) {
    const AxisEnds ends = ends_of(curves);
    return {panel.unit, AxisKind::logarithmic, ends.low, ends.high};
  }
  return {panel.unit, panel.whole_numbers ? AxisKind::integer : AxisKind::linear};
}

void add_legend(Plot& plot, const CoursePanel& panel, bool joined) {
  const std::size_t shown = std::min(panel.lines.size(), series_colours);
  for (std::size_t i = 0; i < shown; ++i) {
    LegendEntry entry{panel.lines[i].name};
    if (joined) entry.line = Stroke{paint_of(i), 1.8};
    entry.marker = Marker{series_marker(i), paint_of(i), 6};
    plot.legend(entry);
  }
  if (panel.lines.size() > shown)
    plot.legend({std::to_string(panel.lines.size() - shown) + " more", Stroke{Paint::muted(), 1.8}});
}

Plot plot_of(const CoursePanel& panel, const StepAxis& steps, bool joined) {
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < panel.lines.size(); ++i)
    curves.push_back(curve_of(panel.lines[i], steps, nudge(i, panel.lines.size(), !joined)));
  const Axis y = y_axis(panel, curves);
  Plot plot(steps.axis(), y);
  plot.title(panel.title);
  if (panel.logarithmic) add_regime_bands(plot, panel.regimes, *y.low, *y.high);
  if (steps.shows_zero_apart())
    plot.x_rule(steps.place_of_zero(), "step 0", {Paint::grid(), 1, Dash::dotted});
  for (std::size_t i = curves.size(); i-- > 0;) add_curve(plot, curves[i], i, joined);  // the first on top
  if (panel.lines.size() > 1) add_legend(plot, panel, joined);
  return plot;
}

}  // namespace

std::string training_course_figure(const TrainingCourse& course) {
  const StepAxis steps(course);
  std::vector<Plot> plots;
  std::string names;
  for (const CoursePanel& panel : course.panels) {
    plots.push_back(plot_of(panel, steps, course.models.empty()));
    names += (names.empty() ? "" : ", ") + panel.title;
  }
  if (plots.empty()) plots.emplace_back(steps.axis(), Axis{});
  return draw_figure({course.title, course.finding,
                      "Line plots over " + std::string(course.models.empty() ? "training steps" : "models") +
                          ": " + names + ", with 95 % intervals where there are any."},
                     plots, 1, 300);
}

}  // namespace phasescope::report
