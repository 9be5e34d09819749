#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/report/colours.h"

namespace phasescope::report {

/// Positions and sizes are in user units of the SVG (CSS pixels at its natural size), x to the right, y down.
struct Point {
  double x = 0;
  double y = 0;
};

struct Rectangle {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

enum class Dash { solid, dashed, dotted };

struct Stroke {
  Paint paint = Paint::ink();
  double width = 1.5;
  Dash dash = Dash::solid;
  double opacity = 1;
};

struct Fill {
  Paint paint = Paint::ink();
  double opacity = 1;
};

enum class MarkerShape { circle, square, triangle, diamond, pentagon, wedge, plus };  // a wedge points down

/// The shape of the i-th series, so that series differ in print without colour too.
MarkerShape series_marker(std::size_t index);

struct Marker {
  MarkerShape shape = MarkerShape::circle;
  Paint paint = Paint::ink();
  double size = 8;        ///< diameter
  bool hollow = false;    ///< only the outline in `paint`, filled with the paper
  bool outlined = false;  ///< a thin outline of ink around a filled one, for fixed colours on any paper
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 12;
  Paint paint = Paint::ink();
  Anchor anchor = Anchor::start;
  bool bold = false;
  bool monospace = false;
  double rotation = 0;  ///< degrees, clockwise about the anchor point
  bool haloed = false;  ///< with a rim of paper, to stay legible over lines
};

/// A number as SVG takes it: at most two decimals, a point, no exponent, no "-0". Independent of the locale.
/// Error (internal): it is not finite. All numbers pass through here, so no drawing holds a NaN.
std::string coordinate(double value);

/// Text for XML content and attributes: markup escaped, characters that XML forbids and bytes that are no
/// UTF-8 replaced by U+FFFD.
std::string escape_xml(std::string_view text);

/// A picture that is built from shapes, back to front. Colours follow the reader's light or dark preference
/// and are the light ones on paper; the style sheet is inside. The same calls give the same bytes.
class Drawing {
 public:
  /// `title` and `description` are what a screen reader says.
  Drawing(double width, double height, std::string_view title, std::string_view description);

  void line(Point from, Point to, const Stroke& stroke);
  /// Points that are not finite leave gaps; a single point between gaps is drawn as a dot.
  void polyline(const std::vector<Point>& points, const Stroke& stroke);
  /// A quadratic Bézier curve, with an arrow head at its end if `arrow`.
  void curve(Point from, Point control, Point to, const Stroke& stroke, bool arrow);
  void polygon(const std::vector<Point>& points, const Fill& fill);
  void rectangle(const Rectangle& area, const Fill& fill);
  void frame(const Rectangle& area, const Stroke& stroke);
  void circle(Point centre, double radius, const Fill& fill, const std::optional<Stroke>& rim = std::nullopt);
  void marker(Point centre, const Marker& marker);
  /// Many rectangles of one colour, with hard edges so that neighbours leave no seam.
  void cells(const std::vector<Rectangle>& areas, Rgb colour);
  /// `position` is on the base line.
  void text(Point position, std::string_view text, const TextStyle& style);

  /// Shapes until end_clip are cut to the area. Not nested.
  void begin_clip(const Rectangle& area);
  void end_clip();

  double width() const { return width_; }
  double height() const { return height_; }
  /// The whole SVG document.
  std::string document() const;

 private:
  double width_;
  double height_;
  std::string identifier_;  ///< keeps ids of pictures apart that share a page
  std::string head_;
  std::string body_;
  int clips_ = 0;
};

}  // namespace phasescope::report
