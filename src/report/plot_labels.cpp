#include <algorithm>
#include <array>
#include <cmath>

#include "phasescope/report/plot.h"

// Labels of points that keep out of each other's way.
namespace phasescope::report {
namespace {

constexpr double label_size = 11;

constexpr double near = 9;                              // from point to label
constexpr double distances[] = {near, 20, 34, 50, 68};  // beyond the first with a leader line

struct Placement {
  Rectangle box;
  Point base;  ///< of the text
  Anchor anchor = Anchor::start;
};

/// Where a label of that width may stand at that distance from a point: the sides in order of preference.
std::array<Placement, 8> placements(Point point, double width, double distance) {
  const double up = 0.8 * label_size;
  const double level = 0.35 * label_size;
  const auto at = [&](double dx, double dy, Anchor anchor) {
    const Point base{point.x + dx, point.y + dy};
    const double left = anchor == Anchor::start ? 0 : anchor == Anchor::end ? width : width / 2;
    return Placement{{base.x - left, base.y - up, width, 1.1 * label_size}, base, anchor};
  };
  return {at(distance, level, Anchor::start),     at(-distance, level, Anchor::end),
          at(0, -distance, Anchor::middle),       at(0, distance + up, Anchor::middle),
          at(distance, -distance, Anchor::start), at(distance, distance + up, Anchor::start),
          at(-distance, -distance, Anchor::end),  at(-distance, distance + up, Anchor::end)};
}

bool overlap(const Rectangle& a, const Rectangle& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

bool inside(const Rectangle& inner, const Rectangle& outer) {
  return inner.x >= outer.x && inner.right() <= outer.right() && inner.y >= outer.y &&
         inner.bottom() <= outer.bottom();
}

bool is_free(const Rectangle& box, const Rectangle& area, const std::vector<Rectangle>& taken) {
  return inside(box, area) && std::none_of(taken.begin(), taken.end(),
                                           [&](const Rectangle& other) { return overlap(box, other); });
}

/// The point of a box that is nearest to another.
Point nearest(const Rectangle& box, Point point) {
  return {std::clamp(point.x, box.x, box.right()), std::clamp(point.y, box.y, box.bottom())};
}

/// Draws a label at the first place that is free, and takes the place. Tells whether there was one.
bool draw_label(Drawing& drawing, const Rectangle& area, Point point, const std::string& text,
                std::vector<Rectangle>& taken, const std::vector<Rectangle>& bars) {
  const double width = text_width(text, label_size);
  for (const double distance : distances) {
    for (const Placement& choice : placements(point, width, distance)) {
      if (!is_free(choice.box, area, taken) || !is_free(choice.box, area, bars)) continue;
      TextStyle style{label_size};
      style.anchor = choice.anchor;
      style.haloed = true;
      if (distance > near) drawing.line(point, nearest(choice.box, point), {Paint::muted(), 0.8});
      drawing.text(choice.base, text, style);
      taken.push_back(choice.box);
      return true;
    }
  }
  return false;
}

/// What an error bar covers on the drawing.
Rectangle covered(Point a, Point b) {
  return {std::min(a.x, b.x) - 1, std::min(a.y, b.y) - 1, std::abs(a.x - b.x) + 2, std::abs(a.y - b.y) + 2};
}

}  // namespace

Plot& Plot::labels(const Values& x, const Values& y, const std::vector<std::string>& texts,
                   const std::vector<std::pair<Point, Point>>& bars) {
  include(x, y);
  add([=](Drawing& drawing, const Frame& frame) {
    std::vector<Rectangle> taken;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Point point = frame.at(x[i], y[i]);
      if (std::isfinite(point.x + point.y)) taken.push_back({point.x - 5, point.y - 5, 10, 10});
    }
    std::vector<Rectangle> covers;
    for (const auto& [from, to] : bars)
      covers.push_back(covered(frame.at(from.x, from.y), frame.at(to.x, to.y)));
    for (std::size_t i = 0; i < std::min(x.size(), texts.size()); ++i) {
      const Point point = frame.at(x[i], y[i]);
      if (!std::isfinite(point.x + point.y)) continue;
      if (!draw_label(drawing, frame.area, point, texts[i], taken, covers))
        draw_label(drawing, frame.area, point, texts[i], taken, {});
    }
  });
  return *this;
}

}  // namespace phasescope::report
