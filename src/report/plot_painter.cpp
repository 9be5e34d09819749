#include <algorithm>
#include <cmath>

#include "phasescope/report/plot.h"

// The frame of a plot: ranges, margins, axes, legend and colour bar.
namespace phasescope::report {
namespace {

constexpr double tick_size = 11;
constexpr double label_size = 12;
constexpr double legend_height = 18;
constexpr double flag_length = 74;  // room for the flags' texts under the axis

/// How the ends of an axis follow from its data.
std::pair<double, double> padded(double low, double high, AxisKind kind) {
  if (kind == AxisKind::logarithmic) {
    const double factor = low < high ? std::pow(high / low, 0.06) : 2;
    return {low / factor, high * factor};
  }
  const double equal = kind == AxisKind::integer ? 1 : std::max(0.5, 0.1 * std::abs(low));
  const double pad = low < high ? 0.04 * (high - low) : equal;
  return {low - pad, high + pad};
}

Scale scale_of(const Axis& axis, const std::optional<double>& low, const std::optional<double>& high) {
  const auto kind = axis.kind == AxisKind::logarithmic ? Scale::Kind::logarithmic : Scale::Kind::linear;
  if (axis.kind == AxisKind::category) {
    return {kind, -0.5, std::max(0.5, static_cast<double>(axis.categories.size()) - 0.5)};
  }
  const double least = low.value_or(axis.kind == AxisKind::logarithmic ? 1 : 0);
  auto [from, to] = padded(least, high.value_or(least + 1), axis.kind);
  from = axis.low.value_or(from);
  to = axis.high.value_or(to);
  return from < to ? Scale(kind, from, to)
                   : Scale(kind, from, kind == Scale::Kind::linear ? from + 1 : 2 * from);
}

std::vector<Tick> ticks_of(const Axis& axis, const Scale& scale, double length, double spacing) {
  const int count = std::max(2, static_cast<int>(length / spacing));
  switch (axis.kind) {
    case AxisKind::logarithmic:
      return logarithmic_ticks(scale.low(), scale.high(), count);
    case AxisKind::integer:
      return integer_ticks(scale.low(), scale.high(), count);
    case AxisKind::angle:
      return angle_ticks(scale.low(), scale.high(), count);
    case AxisKind::category: {
      std::vector<Tick> ticks;
      for (std::size_t i = 0; i < axis.categories.size(); ++i) {
        ticks.push_back({static_cast<double>(i), axis.categories[i]});
      }
      return ticks;
    }
    case AxisKind::linear:
      break;
  }
  return linear_ticks(scale.low(), scale.high(), count);
}

double widest_label(const std::vector<Tick>& ticks) {
  double width = 0;
  for (const Tick& tick : ticks) width = std::max(width, text_width(tick.label, tick_size));
  return width;
}

double legend_entry_width(const LegendEntry& entry) {
  return 30 + text_width(entry.text, label_size) + 16;
}

/// Distributes the entries over rows of that width: the row of each.
std::vector<std::size_t> legend_rows(const std::vector<LegendEntry>& entries, double width) {
  std::vector<std::size_t> rows;
  double used = 0;
  std::size_t row = 0;
  for (const LegendEntry& entry : entries) {
    const double size = legend_entry_width(entry);
    if (used > 0 && used + size > width) {
      ++row;
      used = 0;
    }
    used += size;
    rows.push_back(row);
  }
  return rows;
}

void draw_legend_entry(Drawing& drawing, Point place, const LegendEntry& entry) {
  const double middle = place.y - 4;
  if (entry.swatch) drawing.rectangle({place.x, middle - 6, 22, 12}, *entry.swatch);
  if (entry.line) drawing.line({place.x, middle}, {place.x + 22, middle}, *entry.line);
  if (entry.marker) drawing.marker({place.x + 11, middle}, *entry.marker);
  drawing.text({place.x + 28, place.y}, entry.text, {label_size});
}

void draw_legend(Drawing& drawing, Point place, const std::vector<LegendEntry>& entries, double width) {
  const std::vector<std::size_t> rows = legend_rows(entries, width);
  double x = place.x;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && rows[i] != rows[i - 1]) x = place.x;
    const double y = place.y + 13 + legend_height * static_cast<double>(rows[i]);
    draw_legend_entry(drawing, {x, y}, entries[i]);
    x += legend_entry_width(entries[i]);
  }
}

void draw_colour_bar(Drawing& drawing, const Rectangle& area, const ColourBar& bar) {
  constexpr int steps = 64;
  for (int i = 0; i < steps; ++i) {
    const double top = area.bottom() - area.height * (i + 1) / steps;
    drawing.cells({{area.x, top, area.width, area.height / steps + 0.4}},
                  sequential_colour((i + 0.5) / steps));
  }
  drawing.frame(area, {Paint::muted(), 0.8});
  const auto kind = bar.logarithmic ? Scale::Kind::logarithmic : Scale::Kind::linear;
  const Scale scale(kind, bar.low, bar.high);
  const std::vector<Tick> ticks =
      bar.logarithmic ? logarithmic_ticks(bar.low, bar.high, 6) : linear_ticks(bar.low, bar.high, 5);
  for (const Tick& tick : ticks) {
    const double y = area.bottom() - area.height * scale.fraction(tick.value);
    if (tick.label.empty()) continue;
    drawing.line({area.right(), y}, {area.right() + 4, y}, {Paint::muted(), 1});
    drawing.text({area.right() + 7, y + 4}, tick.label, {tick_size});
  }
  TextStyle style{label_size};
  style.anchor = Anchor::middle;
  style.rotation = 90;
  drawing.text({area.right() + 18 + widest_label(ticks), area.y + area.height / 2}, bar.label, style);
}

}  // namespace

/// Lays a plot out in an area and paints it.
class PlotPainter {
 public:
  PlotPainter(const Plot& plot, const Rectangle& outer, double left_margin)
      : plot_(plot),
        outer_(outer),
        x_scale_(scale_of(plot.x_, plot.x_range_.low, plot.x_range_.high)),
        y_scale_(scale_of(plot.y_, plot.y_range_.low, plot.y_range_.high)),
        area_(inner_area(left_margin)) {}

  double left_margin() const { return area_.x - outer_.x; }

  void paint(Drawing& drawing) const {
    const Frame frame{area_, x_scale_, y_scale_, plot_.x_.reversed, plot_.y_.reversed};
    draw_title(drawing);
    draw_y_axis(drawing, frame);
    draw_x_axis(drawing, frame);
    for (const Flag& flag : plot_.flags_) draw_flag(drawing, frame, flag);
    drawing.begin_clip(area_);
    for (const auto& mark : plot_.marks_) mark(drawing, frame);
    drawing.end_clip();
    drawing.line({area_.x, area_.bottom()}, {area_.right(), area_.bottom()}, {Paint::ink(), 1});
    drawing.line({area_.x, area_.y}, {area_.x, area_.bottom()}, {Paint::ink(), 1});
    // Rules set one range alone; whatever shows data sets both.
    if (!plot_.x_range_.low || !plot_.y_range_.low) draw_no_values(drawing, area_);
    draw_legend(drawing, {area_.x, outer_.y + title_height()}, plot_.legend_, area_.width);
    if (plot_.colour_bar_) {
      draw_colour_bar(drawing, {area_.right() + 12, area_.y, 12, area_.height}, *plot_.colour_bar_);
    }
  }

 private:
  double title_height() const { return plot_.title_.empty() ? 0 : 18; }

  Rectangle inner_area(double left_margin) const {
    const double needed = 26 + widest_y_label() + (plot_.y_.label.empty() ? -10 : 6);
    const double left = std::max(left_margin, needed);
    const double right = plot_.colour_bar_ ? 82 : 14;
    const double width = outer_.width - left - right;
    const auto rows = legend_rows(plot_.legend_, width);
    const double legend = rows.empty() ? 0 : legend_height * static_cast<double>(rows.back() + 1) + 4;
    const double top = title_height() + legend + 6;
    const double bottom = (plot_.x_.label.empty() ? 24 : 42) + (plot_.flags_.empty() ? 0 : flag_length);
    return {outer_.x + left, outer_.y + top, width, outer_.height - top - bottom};
  }

  double widest_y_label() const {
    const double widest = widest_label(ticks_of(plot_.y_, y_scale_, outer_.height - 60, 34));
    return std::min(widest, 0.3 * outer_.width);
  }

  void draw_title(Drawing& drawing) const {
    TextStyle style{label_size};
    style.bold = true;
    if (!plot_.title_.empty()) drawing.text({area_.x, outer_.y + 12}, plot_.title_, style);
  }

  void draw_y_axis(Drawing& drawing, const Frame& frame) const {
    for (const Tick& tick : ticks_of(plot_.y_, y_scale_, area_.height, 34)) {
      const double y = frame.at(frame.x.low(), tick.value).y;
      if (tick.label.empty()) {
        drawing.line({area_.x - 3, y}, {area_.x, y}, {Paint::muted(), 0.8});
        continue;
      }
      drawing.line({area_.x, y}, {area_.right(), y}, {Paint::grid(), 1});
      TextStyle style{tick_size};
      style.anchor = Anchor::end;
      drawing.text({area_.x - 7, y + 4}, fitted_text(tick.label, tick_size, 0.3 * outer_.width), style);
    }
    TextStyle style{label_size};
    style.anchor = Anchor::middle;
    style.rotation = -90;
    if (plot_.y_.label.empty()) return;
    drawing.text({outer_.x + 14, area_.y + area_.height / 2}, plot_.y_.label, style);
  }

  void draw_x_axis(Drawing& drawing, const Frame& frame) const {
    const std::vector<Tick> ticks = ticks_of(plot_.x_, x_scale_, area_.width, 64);
    const bool crowded = plot_.x_.kind == AxisKind::category;
    const double room = area_.width / std::max<double>(1, static_cast<double>(ticks.size())) - 6;
    for (const Tick& tick : ticks) {
      const double x = frame.at(tick.value, frame.y.low()).x;
      const double length = tick.label.empty() ? 3 : 5;
      drawing.line({x, area_.bottom()}, {x, area_.bottom() + length}, {Paint::muted(), 0.8});
      TextStyle style{tick_size};
      style.anchor = Anchor::middle;
      const std::string label = crowded ? fitted_text(tick.label, tick_size, room) : tick.label;
      if (!label.empty()) drawing.text({x, area_.bottom() + 17}, label, style);
    }
    TextStyle style{label_size};
    style.anchor = Anchor::middle;
    if (plot_.x_.label.empty()) return;
    drawing.text({area_.x + area_.width / 2, outer_.bottom() - 6}, plot_.x_.label, style);
  }

  void draw_flag(Drawing& drawing, const Frame& frame, const Flag& flag) const {
    const Point top = frame.at(flag.x, flag.y);
    if (!std::isfinite(top.x) || !std::isfinite(top.y)) return;
    drawing.line(top, {top.x, area_.bottom() + 5}, {Paint::muted(), 0.9, Dash::dotted});
    TextStyle style{tick_size};
    style.anchor = Anchor::end;
    style.monospace = true;
    style.rotation = -90;
    drawing.text({top.x + 4, area_.bottom() + 26}, fitted_text(flag.text, tick_size * 1.1, flag_length - 8),
                 style);
  }

  const Plot& plot_;
  Rectangle outer_;
  Scale x_scale_;
  Scale y_scale_;
  Rectangle area_;
};

void Plot::draw(Drawing& drawing, const Rectangle& area, double left_margin) const {
  PlotPainter(*this, area, left_margin).paint(drawing);
}

double Plot::needed_left_margin(const Rectangle& area) const {
  return PlotPainter(*this, area, 0).left_margin();
}

void draw_no_values(Drawing& drawing, const Rectangle& area) {
  TextStyle style{label_size, Paint::muted()};
  style.anchor = Anchor::middle;
  style.haloed = true;
  drawing.text({area.x + area.width / 2, area.y + area.height / 2}, "no defined values", style);
}

Rectangle draw_headings(Drawing& drawing, const FigureText& text) {
  const double margin = 14;
  const double width = drawing.width() - 2 * margin;
  TextStyle title{15};
  title.bold = true;
  drawing.text({margin, 26}, fitted_text(text.title, 16, width), title);
  const double top = text.subtitle.empty() ? 38 : 54;
  if (!text.subtitle.empty()) {
    drawing.text({margin, 44}, fitted_text(text.subtitle, 12, width), {12, Paint::muted()});
  }
  return {margin, top, width, drawing.height() - top - 8};
}

std::string draw_figure(const FigureText& text, const std::vector<Plot>& plots, std::size_t columns,
                        double height, double width) {
  const std::size_t rows = std::max<std::size_t>(1, (plots.size() + columns - 1) / columns);
  const double headings = text.subtitle.empty() ? 46 : 62;
  Drawing drawing(width, headings + height * static_cast<double>(rows), text.title, text.description);
  const Rectangle body = draw_headings(drawing, text);
  if (plots.empty()) draw_no_values(drawing, body);
  const double gap = columns > 1 ? 10 : 0;
  const double cell = (body.width - gap * static_cast<double>(columns - 1)) / static_cast<double>(columns);
  const auto area_of = [&](std::size_t i) {
    return Rectangle{body.x + (cell + gap) * static_cast<double>(i % columns),
                     body.y + height * static_cast<double>(i / columns), cell, height - 6};
  };
  double margin = 0;
  for (std::size_t i = 0; i < plots.size(); ++i) {
    margin = std::max(margin, plots[i].needed_left_margin(area_of(i)));
  }
  for (std::size_t i = 0; i < plots.size(); ++i) plots[i].draw(drawing, area_of(i), margin);
  return drawing.document();
}

}  // namespace phasescope::report
