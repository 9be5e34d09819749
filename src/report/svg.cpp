#include "phasescope/report/svg.h"

#include <charconv>
#include <cmath>

#include <utf8proc.h>

#include "phasescope/base/error.h"
#include "phasescope/base/sha256.h"

namespace phasescope::report {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, coordinate(value));
}

std::string opacity_attribute(std::string_view name, double value) {
  return value == 1 ? "" : attribute(name, value);
}

/// A point of a path.
std::string place(Point point) {
  return coordinate(point.x) + " " + coordinate(point.y);
}

std::string class_attribute(const Paint& paint) {
  return paint.class_name().empty() ? "" : attribute("class", paint.class_name());
}

std::string fill_attributes(const Fill& fill) {
  return class_attribute(fill.paint) + attribute("fill", fill.paint.value()) +
         opacity_attribute("fill-opacity", fill.opacity);
}

std::string stroke_attributes(const Stroke& stroke) {
  std::string text = class_attribute(stroke.paint) + attribute("fill", "none") +
                     attribute("stroke", stroke.paint.value()) + attribute("stroke-width", stroke.width) +
                     opacity_attribute("stroke-opacity", stroke.opacity);
  if (stroke.dash == Dash::dashed) text += attribute("stroke-dasharray", "6 4");
  if (stroke.dash == Dash::dotted) text += attribute("stroke-dasharray", "1.5 3");
  return text;
}

std::string rectangle_attributes(const Rectangle& area) {
  return attribute("x", area.x) + attribute("y", area.y) + attribute("width", area.width) +
         attribute("height", area.height);
}

std::string text_classes(const TextStyle& style) {
  return style.paint.class_name() + (style.monospace ? " mono" : "") + (style.haloed ? " halo" : "");
}

bool is_finite(Point point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

bool allowed_in_xml(utf8proc_int32_t code) {
  const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
  return !control && code != 0xFFFE && code != 0xFFFF;
}

std::string_view entity(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

MarkerShape series_marker(std::size_t index) {
  constexpr MarkerShape shapes[] = {MarkerShape::circle,  MarkerShape::square,   MarkerShape::triangle,
                                    MarkerShape::diamond, MarkerShape::pentagon, MarkerShape::wedge};
  return shapes[index % std::size(shapes)];
}

std::string coordinate(double value) {
  if (!std::isfinite(value)) throw Error(ExitClass::internal, "a coordinate of a picture is not finite");
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 2).ptr;
  std::string text(buffer, end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string escape_xml(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    utf8proc_int32_t code = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
    const std::string_view character = text.substr(0, length > 0 ? static_cast<std::size_t>(length) : 1);
    if (length <= 0 || !allowed_in_xml(code))
      result += replacement_character;
    else if (const auto name = entity(character.front()); !name.empty())
      result += name;
    else
      result += character;
    text.remove_prefix(character.size());
  }
  return result;
}

Drawing::Drawing(double width, double height, std::string_view title, std::string_view description)
    : width_(width), height_(height) {
  identifier_ = "f" + sha256_of_text(std::string(title) + '\n' + std::string(description)).substr(0, 10);
  head_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("class", "phasescope") +
          attribute("width", width) + attribute("height", height) +
          attribute("viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)) +
          attribute("role", "img") + attribute("aria-labelledby", identifier_ + "t " + identifier_ + "d") +
          ">\n<title" + attribute("id", identifier_ + "t") + ">" + escape_xml(title) + "</title>\n<desc" +
          attribute("id", identifier_ + "d") + ">" + escape_xml(description) + "</desc>\n<style>" +
          style_sheet() + "</style>\n";
  rectangle({0, 0, width, height}, {Paint::paper()});
}

void Drawing::line(Point from, Point to, const Stroke& stroke) {
  body_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
           attribute("y2", to.y) + stroke_attributes(stroke) + "/>\n";
}

void Drawing::polyline(const std::vector<Point>& points, const Stroke& stroke) {
  std::string path;
  bool joined = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!is_finite(points[i])) {
      joined = false;
      continue;
    }
    const bool alone = !joined && (i + 1 == points.size() || !is_finite(points[i + 1]));
    path += (joined ? "L" : "M") + place(points[i]);
    if (alone) path += "h0";  // a round line end makes a dot of it
    joined = true;
  }
  if (path.empty()) return;
  body_ += "<path" + attribute("d", path) + stroke_attributes(stroke) +
           attribute("stroke-linejoin", "round") + attribute("stroke-linecap", "round") + "/>\n";
}

void Drawing::curve(Point from, Point control, Point to, const Stroke& stroke, bool arrow) {
  body_ += "<path" + attribute("d", "M" + place(from) + "Q" + place(control) + " " + place(to)) +
           stroke_attributes(stroke) + "/>\n";
  const double length = std::hypot(to.x - control.x, to.y - control.y);
  if (!arrow || length == 0) return;
  const Point along{(to.x - control.x) / length, (to.y - control.y) / length};
  const double size = 5 + 1.5 * stroke.width;
  const Point tip{to.x + along.x * size * 0.6, to.y + along.y * size * 0.6};
  const Point back{tip.x - along.x * size, tip.y - along.y * size};
  const Point side{-along.y * size * 0.42, along.x * size * 0.42};
  polygon({tip, {back.x + side.x, back.y + side.y}, {back.x - side.x, back.y - side.y}},
          {stroke.paint, stroke.opacity});
}

void Drawing::polygon(const std::vector<Point>& points, const Fill& fill) {
  if (points.empty()) return;
  std::string path;
  for (const Point& point : points) path += (path.empty() ? "M" : "L") + place(point);
  body_ += "<path" + attribute("d", path + "Z") + fill_attributes(fill) + "/>\n";
}

void Drawing::rectangle(const Rectangle& area, const Fill& fill) {
  body_ += "<rect" + rectangle_attributes(area) + fill_attributes(fill) + "/>\n";
}

void Drawing::frame(const Rectangle& area, const Stroke& stroke) {
  body_ += "<rect" + rectangle_attributes(area) + stroke_attributes(stroke) + "/>\n";
}

void Drawing::circle(Point centre, double radius, const Fill& fill, const std::optional<Stroke>& rim) {
  const std::string shape =
      "<circle" + attribute("cx", centre.x) + attribute("cy", centre.y) + attribute("r", radius);
  body_ += shape + fill_attributes(fill) + "/>\n";
  if (rim) body_ += shape + stroke_attributes(*rim) + "/>\n";
}

void Drawing::cells(const std::vector<Rectangle>& areas, Rgb colour) {
  if (areas.empty()) return;
  std::string path;
  for (const Rectangle& area : areas) {
    path += "M" + place({area.x, area.y}) + "h" + coordinate(area.width) + "v" + coordinate(area.height) +
            "h" + coordinate(-area.width) + "Z";
  }
  body_ += "<path" + attribute("d", path) + attribute("fill", hex_text(colour)) +
           attribute("shape-rendering", "crispEdges") + "/>\n";
}

void Drawing::text(Point position, std::string_view text, const TextStyle& style) {
  body_ += "<text" + attribute("x", position.x) + attribute("y", position.y) +
           attribute("font-size", style.size) + attribute("class", text_classes(style)) +
           attribute("fill", style.paint.value());
  if (style.anchor == Anchor::middle) body_ += attribute("text-anchor", "middle");
  if (style.anchor == Anchor::end) body_ += attribute("text-anchor", "end");
  if (style.bold) body_ += attribute("font-weight", "600");
  if (style.rotation != 0) {
    body_ += attribute("transform", "rotate(" + coordinate(style.rotation) + " " + place(position) + ")");
  }
  body_ += attribute("xml:space", "preserve") + ">" + escape_xml(text) + "</text>\n";
}

void Drawing::begin_clip(const Rectangle& area) {
  const std::string name = identifier_ + "c" + std::to_string(clips_++);
  body_ += "<clipPath" + attribute("id", name) + "><rect" + rectangle_attributes(area) + "/></clipPath>\n<g" +
           attribute("clip-path", "url(#" + name + ")") + ">\n";
}

void Drawing::end_clip() {
  body_ += "</g>\n";
}

std::string Drawing::document() const {
  return head_ + body_ + "</svg>\n";
}

}  // namespace phasescope::report
