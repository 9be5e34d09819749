#include "phasescope/report/plot.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "phasescope/base/error.h"

// What a plot holds: each call notes the range of its data and keeps a closure that draws it later.
namespace phasescope::report {
namespace {

constexpr std::size_t colour_levels = 64;

void require_same_size(std::size_t a, std::size_t b) {
  if (a != b) {
    throw Error(ExitClass::internal, "a plot was given " + std::to_string(a) + " and " + std::to_string(b) +
                                         " numbers that belong together");
  }
}

bool is_finite(Point point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

std::vector<Point> places(const Frame& frame, const Values& x, const Values& y) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.push_back(frame.at(x[i], y[i]));
  return points;
}

/// A line with a short bar across each end.
void draw_interval(Drawing& drawing, Point from, Point to, const Stroke& stroke) {
  if (!is_finite(from) || !is_finite(to)) return;
  const double cap = 3.5;
  const bool upright = std::abs(to.y - from.y) > std::abs(to.x - from.x);
  const Point across{upright ? cap : 0, upright ? 0 : cap};
  drawing.line(from, to, stroke);
  for (const Point end : {from, to}) {
    drawing.line({end.x - across.x, end.y - across.y}, {end.x + across.x, end.y + across.y}, stroke);
  }
}

Rectangle rectangle_between(Point a, Point b) {
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y)};
}

/// The parts of [0, size) in which both are defined, as index ranges.
std::vector<std::pair<std::size_t, std::size_t>> defined_runs(const std::vector<Point>& a,
                                                              const std::vector<Point>& b) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!is_finite(a[i]) || !is_finite(b[i])) continue;
    if (!runs.empty() && runs.back().second == i)
      ++runs.back().second;
    else
      runs.emplace_back(i, i + 1);
  }
  return runs;
}

}  // namespace

Values with_gaps(const std::vector<std::optional<double>>& values) {
  Values result;
  for (const auto& value : values) result.push_back(value.value_or(std::nan("")));
  return result;
}

Values counting(std::size_t count) {
  Values numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

Point Frame::at(double x_value, double y_value) const {
  const double across = x.fraction(x_value);
  const double up = y.fraction(y_value);
  return {area.x + area.width * (x_reversed ? 1 - across : across),
          area.y + area.height * (y_reversed ? up : 1 - up)};
}

Rgb ColourBar::colour(double value) const {
  const Scale scale(logarithmic ? Scale::Kind::logarithmic : Scale::Kind::linear, low, high);
  return sequential_colour(scale.fraction(value));
}

void Plot::Range::include(double value, AxisKind kind) {
  if (!std::isfinite(value) || (kind == AxisKind::logarithmic && value <= 0)) return;
  low = std::min(low.value_or(value), value);
  high = std::max(high.value_or(value), value);
}

void Plot::include(const Values& x, const Values& y) {
  require_same_size(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    x_range_.include(x[i], x_.kind);
    y_range_.include(y[i], y_.kind);
  }
}

Plot& Plot::title(std::string text) {
  title_ = std::move(text);
  return *this;
}

Plot& Plot::line(const Values& x, const Values& y, const Stroke& stroke) {
  include(x, y);
  add([=](Drawing& drawing, const Frame& frame) { drawing.polyline(places(frame, x, y), stroke); });
  return *this;
}

Plot& Plot::points(const Values& x, const Values& y, const Marker& marker) {
  include(x, y);
  add([=](Drawing& drawing, const Frame& frame) {
    for (const Point& point : places(frame, x, y)) {
      if (is_finite(point)) drawing.marker(point, marker);
    }
  });
  return *this;
}

Plot& Plot::band(const Values& x, const Values& low, const Values& high, const Fill& fill) {
  include(x, low);
  include(x, high);
  add([=](Drawing& drawing, const Frame& frame) {
    const std::vector<Point> lower = places(frame, x, low);
    const std::vector<Point> upper = places(frame, x, high);
    for (const auto& [begin, end] : defined_runs(lower, upper)) {
      std::vector<Point> outline(lower.begin() + static_cast<std::ptrdiff_t>(begin),
                                 lower.begin() + static_cast<std::ptrdiff_t>(end));
      for (std::size_t i = end; i > begin; --i) outline.push_back(upper[i - 1]);
      drawing.polygon(outline, fill);
    }
  });
  return *this;
}

Plot& Plot::y_intervals(const Values& x, const Values& low, const Values& high, const Stroke& stroke) {
  include(x, low);
  include(x, high);
  add([=](Drawing& drawing, const Frame& frame) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      draw_interval(drawing, frame.at(x[i], low[i]), frame.at(x[i], high[i]), stroke);
    }
  });
  return *this;
}

Plot& Plot::x_intervals(const Values& y, const Values& low, const Values& high, const Stroke& stroke) {
  include(low, y);
  include(high, y);
  add([=](Drawing& drawing, const Frame& frame) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      draw_interval(drawing, frame.at(low[i], y[i]), frame.at(high[i], y[i]), stroke);
    }
  });
  return *this;
}

Plot& Plot::stripe(double low, double high, const std::string& name, const Fill& fill) {
  add([=](Drawing& drawing, const Frame& frame) {
    const double bottom = std::max(low, frame.y.low());
    const double top = std::min(high, frame.y.high());
    if (!(bottom < top)) return;
    const Rectangle area = rectangle_between(frame.at(frame.x.low(), bottom), frame.at(frame.x.high(), top));
    drawing.rectangle(area, fill);
    if (area.height < 12) return;
    TextStyle style{11, Paint::muted()};
    style.anchor = Anchor::end;
    style.bold = true;
    drawing.text({area.right() - 6, area.y + 12}, name, style);
  });
  return *this;
}

Plot& Plot::y_rule(double y, const std::string& name, const Stroke& stroke) {
  y_range_.include(y, y_.kind);
  add([=](Drawing& drawing, const Frame& frame) {
    const Point start = frame.at(frame.x.low(), y);
    if (!is_finite(start)) return;
    drawing.line({frame.area.x, start.y}, {frame.area.right(), start.y}, stroke);
    TextStyle style{11, Paint::muted()};
    style.anchor = Anchor::end;
    style.haloed = true;
    if (!name.empty()) drawing.text({frame.area.right() - 6, start.y - 4}, name, style);
  });
  return *this;
}

Plot& Plot::x_rule(double x, const std::string& name, const Stroke& stroke) {
  x_range_.include(x, x_.kind);
  add([=](Drawing& drawing, const Frame& frame) {
    const Point start = frame.at(x, frame.y.low());
    if (!is_finite(start)) return;
    drawing.line({start.x, frame.area.y}, {start.x, frame.area.bottom()}, stroke);
    const bool near_right = start.x > frame.area.x + 0.7 * frame.area.width;
    TextStyle style{11, Paint::muted()};
    style.anchor = near_right ? Anchor::end : Anchor::start;
    style.haloed = true;
    if (!name.empty()) drawing.text({start.x + (near_right ? -5 : 5), frame.area.y + 12}, name, style);
  });
  return *this;
}

Plot& Plot::box(Point from, Point to, const Fill& fill) {
  include({from.x, to.x}, {from.y, to.y});
  add([=](Drawing& drawing, const Frame& frame) {
    const Point a = frame.at(from.x, from.y);
    const Point b = frame.at(to.x, to.y);
    if (is_finite(a) && is_finite(b)) drawing.rectangle(rectangle_between(a, b), fill);
  });
  return *this;
}

Plot& Plot::heat_map(const Values& x_edges, const Values& y_edges, const std::vector<Values>& values,
                     const ColourBar& colours) {
  require_same_size(values.size() + 1, y_edges.size());
  for (const Values& row : values) require_same_size(row.size() + 1, x_edges.size());
  for (const double x : x_edges) x_range_.include(x, x_.kind);
  for (const double y : y_edges) y_range_.include(y, y_.kind);
  add([=](Drawing& drawing, const Frame& frame) {
    const Scale scale(colours.logarithmic ? Scale::Kind::logarithmic : Scale::Kind::linear, colours.low,
                      colours.high);
    std::vector<std::vector<Rectangle>> by_level(colour_levels);
    for (std::size_t row = 0; row < values.size(); ++row) {
      for (std::size_t column = 0; column < values[row].size(); ++column) {
        const double fraction = scale.fraction(values[row][column]);
        if (!std::isfinite(fraction)) continue;
        const double level = std::floor(std::clamp(fraction, 0.0, 1.0) * (colour_levels - 1) + 0.5);
        by_level[static_cast<std::size_t>(level)].push_back(rectangle_between(
            frame.at(x_edges[column], y_edges[row]), frame.at(x_edges[column + 1], y_edges[row + 1])));
      }
    }
    for (std::size_t level = 0; level < colour_levels; ++level) {
      drawing.cells(by_level[level],
                    sequential_colour(static_cast<double>(level) / static_cast<double>(colour_levels - 1)));
    }
  });
  colour_bar_ = colours;
  return *this;
}

Plot& Plot::note(Point data, const std::string& text, Side side, const TextStyle& style, double distance) {
  add([=](Drawing& drawing, const Frame& frame) {
    Point place = frame.at(data.x, data.y);
    if (!is_finite(place)) return;
    TextStyle moved = style;
    if (side == Side::right || side == Side::left) {
      const bool right = side == Side::right;
      place = {place.x + (right ? distance : -distance), place.y + 0.35 * style.size};
      moved.anchor = right ? Anchor::start : Anchor::end;
    } else {
      const bool above = side == Side::above;
      place = {place.x, place.y + (above ? -distance : distance + 0.75 * style.size)};
      moved.anchor = Anchor::middle;
    }
    drawing.text(place, text, moved);
  });
  return *this;
}

Plot& Plot::flag(const Flag& flag) {
  flags_.push_back(flag);
  return *this;
}

Plot& Plot::legend(LegendEntry entry) {
  legend_.push_back(std::move(entry));
  return *this;
}

Plot& Plot::colour_bar(ColourBar bar) {
  colour_bar_ = std::move(bar);
  return *this;
}

}  // namespace phasescope::report
