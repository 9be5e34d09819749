#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::curvature {

// The choices that the published formula ct_t = delta_t x curvature_t leaves open. In formulas u_t is the
// normalised state of token t, s = u_{t-1} - u_{t-2} and s' = u_t - u_{t-1} the two steps that meet at
// u_{t-1}.

enum class Norm {
  l2,            ///< u = x / ||x||
  raw,           ///< u = x
  centred,       ///< mean over the span removed, then l2
  standardised,  ///< per channel: mean over the span removed, divided by the population deviation
};

enum class Delta {
  chord,   ///< ||u_t - u_{t-1}||
  cosine,  ///< 1 - cos of the angle between the two states
  arc,     ///< the angle between the two states, radians
};

enum class Curvature {
  turning,            ///< angle between s and s', radians
  turning_cosine,     ///< 1 - cos of that angle
  second_difference,  ///< ||s' - s||
  menger,             ///< 4 area / product of sides of the triangle of the three states
  three_point,        ///< curvature of a path by central differences
};

enum class Alignment {
  causal,   ///< the newer step times the angle: value k uses states k, k+1, k+2 and nothing later
  centred,  ///< the older step times the angle
};

enum class Span { generated, prompt, both };

enum class StatePoint { pre_norm, post_norm };

enum class Clip {
  raw,
  clipped_mad,  ///< at median +- 5 x 1.4826 x MAD
};

std::string_view name_of(Norm value);
std::string_view name_of(Delta value);
std::string_view name_of(Curvature value);
std::string_view name_of(Alignment value);
std::string_view name_of(Span value);
std::string_view name_of(StatePoint value);
std::string_view name_of(Clip value);

/// The value of one of the enumerations above that has this name. Errors: usage, with the known names.
template <class Choice>
Choice parse_name(std::string_view name);

struct Definition {
  Norm norm = Norm::l2;
  Delta delta = Delta::chord;
  Curvature curvature = Curvature::turning;
  Alignment alignment = Alignment::causal;
  Span span = Span::generated;
  /// State point of the headline: absent for the output of the last block.
  std::optional<std::int64_t> layer;
  /// Where the last state point is read; part of the report, not of the id.
  StatePoint state_point = StatePoint::pre_norm;
  Clip clip = Clip::raw;
  std::int64_t skip = 6;  ///< leading prompt positions left out of the spans prompt and both
};

/// "<norm>/<delta>x<curvature>/<alignment>/<span>/<layer>", e.g. l2/chordxturning/causal/generated/last.
std::string ct_id(const Definition& definition);

/// The inverse of ct_id; what the id does not say has its default. Errors: usage.
Definition parse_ct_id(std::string_view id);

/// Every norm with every delta and every curvature (60), all else as in `base`: norms outermost, curvatures
/// innermost.
std::vector<Definition> all_combinations(const Definition& base);

/// The token positions of a span, [first, end). `generated` starts at the state that picks the first new
/// token.
struct PositionRange {
  std::int64_t first = 0;
  std::int64_t end = 0;

  bool contains(std::int64_t position) const { return position >= first && position < end; }
};

PositionRange span_positions(const Definition& definition, std::int64_t prompt_tokens);

/// What delta and curvature would be if successive states were unrelated: directions drawn independently in a
/// space of many dimensions, so that any two are at right angles. Absent where the value depends on the
/// lengths of the states (norms raw and standardised).
std::optional<double> unrelated_delta(const Definition& definition);
std::optional<double> unrelated_curvature(const Definition& definition);

}  // namespace phasescope::curvature
