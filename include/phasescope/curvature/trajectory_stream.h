#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "phasescope/curvature/trajectory.h"

namespace phasescope::curvature {

/// The local terms of a trajectory whose states arrive one by one, for norms that look at one state at a time
/// (l2 and raw). Holds the last two states and the terms so far; gives the same bits as trajectory_terms on
/// the whole run.
class TrajectoryStream {
 public:
  /// Errors: internal for norms centred and standardised, which need the whole span.
  explicit TrajectoryStream(const Definition& definition);

  /// The next state: `width` numbers of token `position`, read during the call only.
  void push(std::int64_t position, const float* values, std::size_t width);

  /// Asks for the states that the next push reads: between two pushes of a generation the weights of a whole
  /// model pass through the caches.
  void prefetch() const;

  const TrajectoryTerms& terms() const { return terms_; }
  const std::vector<std::int64_t>& dropped_positions() const { return dropped_; }

 private:
  /// A kept state as it arrived.
  struct Kept {
    double norm = 0;
    double scale = 1;
  };

  ScaledState state(std::size_t number) const;
  void add_terms(const ScaledState& newest);

  Definition definition_;
  std::vector<float> rows_;   ///< [2, width]: the last two kept states; number i is in row i % 2
  std::array<Kept, 2> kept_;  ///< likewise
  std::size_t width_ = 0;
  std::size_t count_ = 0;  ///< states kept so far
  double older_length_ = 0;
  double older_delta_ = 0;
  TrajectoryTerms terms_;
  std::vector<std::int64_t> dropped_;
};

}  // namespace phasescope::curvature
