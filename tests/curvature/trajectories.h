#pragma once

#include "../places.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/curvature/bands.h"
#include "phasescope/curvature/trajectory.h"
#include "phasescope/stats/random.h"

namespace phasescope::curvature::testing {

constexpr double pi = 3.14159265358979323846;

inline Json fixture(const std::string& name) {
  return read_json_file(test_data() / "curvature" / name);
}

inline Bands published_bands() {
  return read_bands(shipped_configs() / "regimes" / "published.json");
}

/// States from nested arrays; "inf" stands for an infinite entry.
inline States states_from(const Json& rows) {
  States states(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.at(0).size()));
  for (Eigen::Index i = 0; i < states.rows(); ++i) {
    for (Eigen::Index j = 0; j < states.cols(); ++j) {
      const Json& entry = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      states(i, j) = entry.is_string() ? std::numeric_limits<double>::infinity() : entry.get<double>();
    }
  }
  return states;
}

/// Independent standard normal entries (Box and Muller).
inline States normal_states(Eigen::Index count, Eigen::Index width, std::uint64_t seed) {
  stats::RandomStream stream(stats::stream_key(seed, "test states", 0));
  States states(count, width);
  for (Eigen::Index i = 0; i < states.size(); ++i) {
    const double radius = std::sqrt(-2 * std::log(1 - stream.uniform()));
    states.data()[i] = radius * std::cos(2 * pi * stream.uniform());
  }
  return states;
}

/// Partial sums of the rows.
inline States walk_states(Eigen::Index count, Eigen::Index width, std::uint64_t seed) {
  States states = normal_states(count, width, seed);
  for (Eigen::Index i = 1; i < count; ++i) states.row(i) += states.row(i - 1);
  return states;
}

/// Points at equal angles on the unit circle in the first two of `width` channels.
inline States circle_states(Eigen::Index count, Eigen::Index width, double angle) {
  States states = States::Zero(count, width);
  for (Eigen::Index i = 0; i < count; ++i) {
    states(i, 0) = std::cos(angle * static_cast<double>(i));
    states(i, 1) = std::sin(angle * static_cast<double>(i));
  }
  return states;
}

inline Definition defined_by(const std::string& norm_and_product, const std::string& alignment = "causal") {
  return parse_ct_id(norm_and_product + "/" + alignment + "/generated/last");
}

inline TrajectoryTerms terms_of(const States& states, const Definition& definition) {
  return trajectory_terms(normalise(states, definition.norm), definition);
}

}  // namespace phasescope::curvature::testing
