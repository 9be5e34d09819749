#include "phasescope/report/figures_transition_graph.h"

#include <algorithm>
#include <cmath>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

constexpr double full_circle = 6.28318530717958647692;
constexpr double largest_node = 24;
constexpr double smallest_node = 13;

/// Counts as numbers that can be added up.
double weight(const TransitionGroup& group, std::size_t from, std::size_t to) {
  if (from >= group.counts.size() || to >= group.counts[from].size()) return 0;
  const double count = group.counts[from][to];
  return std::isfinite(count) && count > 0 ? count : 0;
}

double departures(const TransitionGroup& group, std::size_t from, std::size_t species) {
  double sum = 0;
  for (std::size_t to = 0; to < species; ++to) sum += weight(group, from, to);
  return sum;
}

/// The places of the nodes of one group.
class Circle {
 public:
  Circle(Point centre, double radius, const TransitionGroup& group, std::size_t species)
      : centre_(centre), radius_(radius) {
    double largest = 0;
    for (std::size_t i = 0; i < species; ++i) {
      double visits = departures(group, i, species);
      for (std::size_t j = 0; j < species; ++j) visits += weight(group, j, i);
      visits_.push_back(visits);
      largest = std::max(largest, visits);
    }
    for (const double visits : visits_) {
      sizes_.push_back(largest == 0
                           ? smallest_node
                           : smallest_node + (largest_node - smallest_node) * std::sqrt(visits / largest));
    }
  }

  std::size_t count() const { return sizes_.size(); }
  double size(std::size_t i) const { return sizes_[i]; }
  bool is_visited(std::size_t i) const { return visits_[i] > 0; }
  Point outward(std::size_t i) const {
    const double angle =
        full_circle * static_cast<double>(i) / static_cast<double>(count()) - full_circle / 4;
    return {std::cos(angle), std::sin(angle)};
  }
  Point place(std::size_t i, double further = 0) const {
    const Point direction = outward(i);
    return {centre_.x + (radius_ + further) * direction.x, centre_.y + (radius_ + further) * direction.y};
  }
  Point centre() const { return centre_; }

 private:
  Point centre_;
  double radius_;
  std::vector<double> visits_;
  std::vector<double> sizes_;
};

/// The point at that distance from `from` towards `towards`.
Point step_towards(Point from, Point towards, double distance) {
  const double length = std::hypot(towards.x - from.x, towards.y - from.y);
  if (length == 0) return from;
  return {from.x + (towards.x - from.x) * distance / length,
          from.y + (towards.y - from.y) * distance / length};
}

/// An arc that leaves to the right of the straight line, so that both directions of a pair are seen.
void draw_arrow(Drawing& drawing, const Circle& circle, std::size_t from, std::size_t to,
                const Stroke& stroke) {
  const Point start = circle.place(from);
  const Point end = circle.place(to);
  const Point middle{(start.x + end.x) / 2, (start.y + end.y) / 2};
  const Point control{middle.x - 0.18 * (end.y - start.y), middle.y + 0.18 * (end.x - start.x)};
  drawing.curve(step_towards(start, control, circle.size(from) + 2), control,
                step_towards(end, control, circle.size(to) + 7), stroke, true);
}

/// A loop on the outer side of the node.
void draw_loop(Drawing& drawing, const Circle& circle, std::size_t node, const Stroke& stroke) {
  const Point out = circle.outward(node);
  const double angle = std::atan2(out.y, out.x);
  const double r = circle.size(node);
  const Point centre = circle.place(node);
  const auto around = [&](double turn, double distance) {
    return Point{centre.x + distance * std::cos(angle + turn), centre.y + distance * std::sin(angle + turn)};
  };
  constexpr double opening = 0.7;  // radians to either side; the two halves meet with one tangent
  const Point tip = around(0, r + 24);
  const double control = (r + 24) / std::cos(opening);
  drawing.curve(around(-opening, r + 1), around(-opening, control), tip, stroke, false);
  drawing.curve(tip, around(opening, control), around(opening, r + 7), stroke, true);
}

void draw_transitions(Drawing& drawing, const Circle& circle, const TransitionGroup& group) {
  for (std::size_t from = 0; from < circle.count(); ++from) {
    const double total = departures(group, from, circle.count());
    for (std::size_t to = 0; to < circle.count(); ++to) {
      const double count = weight(group, from, to);
      if (count == 0) continue;
      const double probability = count / total;
      const Stroke stroke{Paint::series(from), 0.8 + 5 * probability, Dash::solid, 0.35 + 0.55 * probability};
      if (from == to)
        draw_loop(drawing, circle, from, stroke);
      else
        draw_arrow(drawing, circle, from, to, stroke);
    }
  }
}

void draw_nodes(Drawing& drawing, const Circle& circle, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < circle.count(); ++i) {
    const bool visited = circle.is_visited(i);
    const Stroke ring{visited ? Paint::series(i) : Paint::muted(), visited ? 4.0 : 1.2,
                      visited ? Dash::solid : Dash::dashed};
    drawing.circle(circle.place(i), circle.size(i) - 2, {Paint::paper()}, ring);
    TextStyle style{11};
    style.anchor = Anchor::middle;
    style.bold = true;
    drawing.text({circle.place(i).x, circle.place(i).y + 4}, fitted_text(names[i], 11, 2 * circle.size(i)),
                 style);
  }
}

void draw_group(Drawing& drawing, const Rectangle& area, const TransitionGroup& group,
                const std::vector<std::string>& species) {
  double transitions = 0;
  for (std::size_t i = 0; i < species.size(); ++i) transitions += departures(group, i, species.size());
  TextStyle style{12};
  style.anchor = Anchor::middle;
  style.bold = true;
  drawing.text({area.x + area.width / 2, area.y + 12},
               group.name + " (" + significant_text(transitions, 6) + " transitions)", style);
  const double radius = std::min(area.width, area.height - 20) / 2 - 48;
  const Circle circle({area.x + area.width / 2, area.y + 20 + (area.height - 20) / 2}, radius, group,
                      species.size());
  draw_transitions(drawing, circle, group);
  draw_nodes(drawing, circle, species);
}

}  // namespace

std::string transition_graph_figure(const TransitionGraph& graph) {
  const FigureText text{
      "Transitions between leading species: " + graph.model, graph.finding,
      "Directed graphs of " + std::to_string(graph.species.size()) +
          " species, one for each group of prompts. An arrow is as wide as the transition is "
          "likely from its source, a node as large as its share of all visits."};
  Drawing drawing(760, 450, text.title, text.description);
  const Rectangle body = draw_headings(drawing, text);
  if (graph.species.empty() || graph.groups.empty()) draw_no_values(drawing, body);
  const double width = body.width / static_cast<double>(std::max<std::size_t>(1, graph.groups.size()));
  for (std::size_t i = 0; i < graph.groups.size(); ++i) {
    draw_group(drawing, {body.x + width * static_cast<double>(i), body.y, width, body.height},
               graph.groups[i], graph.species);
  }
  return drawing.document();
}

}  // namespace phasescope::report
