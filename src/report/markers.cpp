#include <cmath>

#include "phasescope/report/svg.h"

namespace phasescope::report {
namespace {

/// Corners of a closed shape of about the same area as the circle of radius r.
std::vector<Point> corners(MarkerShape shape, Point centre, double r) {
  const auto at = [&](double x, double y) { return Point{centre.x + x * r, centre.y + y * r}; };
  switch (shape) {
    case MarkerShape::square:
      return {at(-0.88, -0.88), at(0.88, -0.88), at(0.88, 0.88), at(-0.88, 0.88)};
    case MarkerShape::diamond:
      return {at(0, -1.25), at(1.25, 0), at(0, 1.25), at(-1.25, 0)};
    case MarkerShape::triangle:
      return {at(0, -1.3), at(1.18, 0.8), at(-1.18, 0.8)};
    case MarkerShape::wedge:
      return {at(0, 1.3), at(1.18, -0.8), at(-1.18, -0.8)};
    case MarkerShape::pentagon:
      return {at(0, -1.15), at(1.09, -0.36), at(0.68, 0.93), at(-0.68, 0.93), at(-1.09, -0.36)};
    default:
      return {};
  }
}

std::vector<Point> closed(std::vector<Point> points) {
  points.push_back(points.front());
  return points;
}

}  // namespace

void Drawing::marker(Point centre, const Marker& marker) {
  const double r = marker.size / 2;
  const Stroke outline{marker.hollow ? marker.paint : Paint::ink(), marker.hollow ? 1.6 : 0.8};
  const Fill inside{marker.hollow ? Paint::paper() : marker.paint};
  const bool rim = marker.hollow || marker.outlined;
  switch (marker.shape) {
    case MarkerShape::plus:
      line({centre.x - r, centre.y}, {centre.x + r, centre.y}, {marker.paint, 2});
      line({centre.x, centre.y - r}, {centre.x, centre.y + r}, {marker.paint, 2});
      return;
    case MarkerShape::circle:
      circle(centre, r, inside, rim ? std::optional<Stroke>(outline) : std::nullopt);
      return;
    default: {
      const std::vector<Point> points = corners(marker.shape, centre, r);
      polygon(points, inside);
      if (rim) polyline(closed(points), outline);
    }
  }
}

}  // namespace phasescope::report
