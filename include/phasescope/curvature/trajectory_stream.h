#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "phasescope/curvature/trajectory.h"

namespace phasescope::curvature {

/// The local terms of a trajectory whose states arrive one by one, for norms that look at one state at a time
/// (l2 and raw). Holds the last two normalised states and the terms so far; gives the same bits as
/// trajectory_terms on the whole run.
class TrajectoryStream {
 public:
  /// Errors: internal for norms centred and standardised, which need the whole span.
  explicit TrajectoryStream(const Definition& definition);

  /// The next state: `width` numbers of token `position`, read during the call only.
  void push(std::int64_t position, const float* state, std::size_t width);

  const TrajectoryTerms& terms() const { return terms_; }
  const std::vector<std::int64_t>& dropped_positions() const { return dropped_; }

 private:
  struct Kept {
    std::vector<double> values;
    double norm = 0;
    StatePointer pointer() const { return {values.data(), values.size(), norm}; }
  };

  bool load(Kept& slot, const float* state, std::size_t width) const;

  Definition definition_;
  std::array<Kept, 3> kept_;  ///< the state kept as number i is in slot i % 3
  std::size_t count_ = 0;     ///< states kept so far
  double older_length_ = 0;
  double older_delta_ = 0;
  TrajectoryTerms terms_;
  std::vector<std::int64_t> dropped_;
};

}  // namespace phasescope::curvature
