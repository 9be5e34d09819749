#include "phasescope/curvature/definition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

constexpr double pi = 3.14159265358979323846;

/// What an enumeration is called in messages, and its names in the order of its values.
template <class Choice>
struct Names;
template <>
struct Names<Norm> {
  static constexpr std::string_view subject = "norm";
  static constexpr std::array<std::string_view, 4> list = {"l2", "raw", "centred", "standardised"};
};
template <>
struct Names<Delta> {
  static constexpr std::string_view subject = "delta";
  static constexpr std::array<std::string_view, 3> list = {"chord", "cosine", "arc"};
};
template <>
struct Names<Curvature> {
  static constexpr std::string_view subject = "curvature";
  static constexpr std::array<std::string_view, 5> list = {"turning", "turning_cosine", "second_difference",
                                                           "menger", "three_point"};
};
template <>
struct Names<Alignment> {
  static constexpr std::string_view subject = "alignment";
  static constexpr std::array<std::string_view, 2> list = {"causal", "centred"};
};
template <>
struct Names<Span> {
  static constexpr std::string_view subject = "span";
  static constexpr std::array<std::string_view, 3> list = {"generated", "prompt", "both"};
};
template <>
struct Names<StatePoint> {
  static constexpr std::string_view subject = "state point";
  static constexpr std::array<std::string_view, 2> list = {"pre_norm", "post_norm"};
};
template <>
struct Names<Clip> {
  static constexpr std::string_view subject = "clip";
  static constexpr std::array<std::string_view, 2> list = {"raw", "clipped_mad"};
};

template <class Choice>
std::string_view name_in_list(Choice value) {
  return Names<Choice>::list.at(static_cast<std::size_t>(value));
}

[[noreturn]] void fail(std::string_view subject, std::string_view found, const std::string& expected) {
  throw Error(ExitClass::usage,
              {{}, std::string(subject), std::nullopt, "found '" + std::string(found) + "'", expected});
}

std::optional<std::int64_t> parse_layer(std::string_view text) {
  if (text == "last") return std::nullopt;
  std::int64_t layer = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), layer);
  if (fault != std::errc() || end != text.data() + text.size() || layer < 0) {
    fail("layer", text, "last or a state point counted from 0");
  }
  return layer;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool scale_free(const Definition& definition) {
  return definition.norm == Norm::l2 || definition.norm == Norm::centred;
}

}  // namespace

std::string_view name_of(Norm value) {
  return name_in_list(value);
}
std::string_view name_of(Delta value) {
  return name_in_list(value);
}
std::string_view name_of(Curvature value) {
  return name_in_list(value);
}
std::string_view name_of(Alignment value) {
  return name_in_list(value);
}
std::string_view name_of(Span value) {
  return name_in_list(value);
}
std::string_view name_of(StatePoint value) {
  return name_in_list(value);
}
std::string_view name_of(Clip value) {
  return name_in_list(value);
}

template <class Choice>
Choice parse_name(std::string_view name) {
  const auto& list = Names<Choice>::list;
  const auto found = std::find(list.begin(), list.end(), name);
  if (found != list.end()) return static_cast<Choice>(found - list.begin());
  std::string known;
  for (const auto item : list) known += (known.empty() ? "" : ", ") + std::string(item);
  fail(Names<Choice>::subject, name, "one of " + known);
}

template Norm parse_name<Norm>(std::string_view);
template Delta parse_name<Delta>(std::string_view);
template Curvature parse_name<Curvature>(std::string_view);
template Alignment parse_name<Alignment>(std::string_view);
template Span parse_name<Span>(std::string_view);
template StatePoint parse_name<StatePoint>(std::string_view);
template Clip parse_name<Clip>(std::string_view);

std::string ct_id(const Definition& definition) {
  std::string id(name_of(definition.norm));
  id.append("/").append(name_of(definition.delta)).append("x").append(name_of(definition.curvature));
  id.append("/")
      .append(name_of(definition.alignment))
      .append("/")
      .append(name_of(definition.span))
      .append("/");
  return id + (definition.layer ? std::to_string(*definition.layer) : "last");
}

Definition parse_ct_id(std::string_view id) {
  const auto parts = split(id, '/');
  const auto cross = parts.size() == 5 ? parts[1].find('x') : std::string_view::npos;
  if (cross == std::string_view::npos) {
    fail("ct id", id, "<norm>/<delta>x<curvature>/<alignment>/<span>/<layer>");
  }
  Definition definition;
  definition.norm = parse_name<Norm>(parts[0]);
  definition.delta = parse_name<Delta>(parts[1].substr(0, cross));
  definition.curvature = parse_name<Curvature>(parts[1].substr(cross + 1));
  definition.alignment = parse_name<Alignment>(parts[2]);
  definition.span = parse_name<Span>(parts[3]);
  definition.layer = parse_layer(parts[4]);
  return definition;
}

std::vector<Definition> all_combinations(const Definition& base) {
  std::vector<Definition> all;
  for (std::size_t norm = 0; norm < Names<Norm>::list.size(); ++norm) {
    for (std::size_t delta = 0; delta < Names<Delta>::list.size(); ++delta) {
      for (std::size_t curvature = 0; curvature < Names<Curvature>::list.size(); ++curvature) {
        Definition definition = base;
        definition.norm = static_cast<Norm>(norm);
        definition.delta = static_cast<Delta>(delta);
        definition.curvature = static_cast<Curvature>(curvature);
        all.push_back(definition);
      }
    }
  }
  return all;
}

PositionRange span_positions(const Definition& definition, std::int64_t prompt_tokens) {
  constexpr auto no_end = std::numeric_limits<std::int64_t>::max();
  switch (definition.span) {
    case Span::generated:
      return {std::max<std::int64_t>(0, prompt_tokens - 1), no_end};
    case Span::prompt:
      return {definition.skip, prompt_tokens};
    default:
      return {definition.skip, no_end};
  }
}

std::optional<double> unrelated_delta(const Definition& definition) {
  switch (definition.delta) {
    case Delta::chord:
      return scale_free(definition) ? std::optional(std::sqrt(2.0)) : std::nullopt;
    case Delta::cosine:
      return 1.0;
    default:
      return pi / 2;
  }
}

// Three unit vectors at right angles are the corners of an equilateral triangle of side sqrt 2: the turning
// angle is 2 pi / 3, and ||u_t - 2 u_{t-1} + u_{t-2}||^2 = 1 + 4 + 1.
std::optional<double> unrelated_curvature(const Definition& definition) {
  if (!scale_free(definition)) return std::nullopt;
  switch (definition.curvature) {
    case Curvature::turning:
      return 2 * pi / 3;
    case Curvature::turning_cosine:
      return 1.5;
    case Curvature::second_difference:
      return std::sqrt(6.0);
    case Curvature::menger:
      return std::sqrt(1.5);
    default:
      return std::sqrt(24.0);
  }
}

}  // namespace phasescope::curvature
