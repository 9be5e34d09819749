#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/report/scale.h"
#include "phasescope/report/svg.h"

namespace phasescope::report {

/// Numbers of a picture. One that is not finite is undefined: it leaves a gap, or is left out.
using Values = std::vector<double>;

/// Undefined where the number is absent.
Values with_gaps(const std::vector<std::optional<double>>& values);

/// 0, 1, ..., count - 1: the layers or steps of a curve.
Values counting(std::size_t count);

enum class AxisKind {
  linear,
  logarithmic,  ///< values that are not positive are undefined
  integer,      ///< ticks at whole numbers only: layers, steps, tokens
  angle,        ///< ticks at fractions of pi
  category,     ///< categories[i] at i
};

struct Axis {
  std::string label;  ///< with the unit
  AxisKind kind = AxisKind::linear;
  std::optional<double> low = std::nullopt;  ///< ends; from the data where absent
  std::optional<double> high = std::nullopt;
  std::vector<std::string> categories = {};
  bool reversed = false;  ///< low at the top or right
};

/// Where the data of a plot land on the drawing.
struct Frame {
  Rectangle area;
  Scale x;
  Scale y;
  bool x_reversed = false;
  bool y_reversed = false;

  Point at(double x_value, double y_value) const;
};

/// What a legend line shows in front of its text.
struct LegendEntry {
  std::string text;
  std::optional<Stroke> line = std::nullopt;
  std::optional<Marker> marker = std::nullopt;
  std::optional<Fill> swatch = std::nullopt;
};

/// A scale of colours beside a plot: the sequential colours from `low` to `high`.
struct ColourBar {
  std::string label;
  double low = 0;
  double high = 1;
  bool logarithmic = false;

  /// The colour of a value, clamped to the ends. The value must be finite, and positive if logarithmic.
  Rgb colour(double value) const;
};

/// A label at a place of the x axis, turned upright under the tick labels, with a thin line up to `y`.
struct Flag {
  double x = 0;
  double y = 0;
  std::string text;
};

enum class Side { right, left, above, below };

/// One pair of axes and what is drawn in it, back to front in the order of the calls. Vectors of one call
/// have one length (else an internal error).
class Plot {
 public:
  Plot(Axis x, Axis y) : x_(std::move(x)), y_(std::move(y)) {}

  Plot& title(std::string text);
  Plot& line(const Values& x, const Values& y, const Stroke& stroke);
  Plot& points(const Values& x, const Values& y, const Marker& marker);
  /// The area between two curves; broken where either is undefined.
  Plot& band(const Values& x, const Values& low, const Values& high, const Fill& fill);
  /// Intervals with caps along y at x, or along x at y.
  Plot& y_intervals(const Values& x, const Values& low, const Values& high, const Stroke& stroke);
  Plot& x_intervals(const Values& y, const Values& low, const Values& high, const Stroke& stroke);
  /// A shaded stripe over the whole width, with its name at the right end. Takes no part in the axis range.
  Plot& stripe(double low, double high, const std::string& name, const Fill& fill);
  /// A line over the whole width or height, with a name at its end. In the axis range.
  Plot& y_rule(double y, const std::string& name, const Stroke& stroke);
  Plot& x_rule(double x, const std::string& name, const Stroke& stroke);
  /// A filled rectangle between two data points.
  Plot& box(Point from, Point to, const Fill& fill);
  /// Cells of a heat map: edges of columns (n + 1) and rows (m + 1), values[row][column].
  Plot& heat_map(const Values& x_edges, const Values& y_edges, const std::vector<Values>& values,
                 const ColourBar& colours);
  /// A text beside a data point, `distance` away from it.
  Plot& note(Point data, const std::string& text, Side side, const TextStyle& style, double distance = 7);
  /// Labels of points, each at the nearest place that keeps it off the other labels and points, with a line
  /// to its point if that is not beside it. Where the plot is so full that there is none, a label is left
  /// out. `bars`, between two data points each, are kept clear too where that is possible.
  Plot& labels(const Values& x, const Values& y, const std::vector<std::string>& texts,
               const std::vector<std::pair<Point, Point>>& bars = {});
  Plot& flag(const Flag& flag);
  Plot& legend(LegendEntry entry);
  Plot& colour_bar(ColourBar bar);

  /// Draws axes, contents, legend and colour bar into the area. A plot without any defined value says so. The
  /// left margin is as wide as the labels need, and at least `left_margin`, so that stacked plots can share
  /// one.
  void draw(Drawing& drawing, const Rectangle& area, double left_margin = 0) const;
  double needed_left_margin(const Rectangle& area) const;

 private:
  struct Range {
    std::optional<double> low, high;
    void include(double value, AxisKind kind);
  };
  using Mark = std::function<void(Drawing&, const Frame&)>;

  void include(const Values& x, const Values& y);
  void add(Mark mark) { marks_.push_back(std::move(mark)); }

  friend class PlotPainter;
  Axis x_;
  Axis y_;
  std::string title_;
  Range x_range_;
  Range y_range_;
  std::vector<Mark> marks_;
  std::vector<Flag> flags_;
  std::vector<LegendEntry> legend_;
  std::optional<ColourBar> colour_bar_;
};

/// What stands over a figure.
struct FigureText {
  std::string title;
  std::string subtitle;     ///< the figures of the finding, or ""
  std::string description;  ///< for readers who do not see it: what is drawn and what it shows
};

/// A whole SVG document: title, subtitle and plots in rows of `columns`, each `height` high.
std::string draw_figure(const FigureText& text, const std::vector<Plot>& plots, std::size_t columns = 1,
                        double height = 340, double width = 760);

/// The same frame for figures that are no plots: draws title and subtitle and returns the rest of the area.
Rectangle draw_headings(Drawing& drawing, const FigureText& text);

/// Says in the middle of an area that there is nothing to draw.
void draw_no_values(Drawing& drawing, const Rectangle& area);

}  // namespace phasescope::report
