#pragma once

#include <cstddef>
#include <vector>

#include "phasescope/curvature/definition.h"
#include "phasescope/curvature/geometry.h"
#include "phasescope/curvature/trajectory.h"

namespace phasescope::curvature {

/// Delta and curvature of any states of a run in any order, from the distances of all pairs: what a shuffled
/// trajectory needs, without going back to states of many channels. A turning angle comes from the three
/// sides of its triangle (Kahan, "Miscalculating area and angles of a needle-like triangle", 2014); where the
/// triangle is so flat that this would lose more than five digits, from the states.
class PairTable {
 public:
  /// `states` must outlive the table. Costs n^2/2 distances; runs longer than `longest_tabulated` states keep
  /// no table and measure each pair when it is asked for.
  PairTable(const NormalisedStates& states, const Definition& definition,
            std::size_t longest_tabulated = 4096);

  std::size_t size() const { return states_.size(); }
  /// Delta of the step from state i to state j.
  double delta(std::size_t i, std::size_t j) const;
  /// Curvature at state j between states i and k.
  double curvature(std::size_t i, std::size_t j, std::size_t k) const;
  /// The same for many triples at once: to a few units in the last place the numbers that they have alone.
  struct Triple {
    std::size_t i = 0, j = 0, k = 0;
  };
  std::vector<double> curvatures(const std::vector<Triple>& triples) const;

 private:
  double length(std::size_t i, std::size_t j) const;
  bool is_zero(double length, std::size_t i, std::size_t j) const;
  Turn turn(std::size_t i, std::size_t j, std::size_t k) const;
  std::vector<double> turnings(const std::vector<Triple>& triples) const;

  const NormalisedStates& states_;
  Definition definition_;
  bool tabulated_;
  std::vector<double> lengths_;  ///< [n, n] when tabulated
  std::vector<double> deltas_;   ///< [n, n] when tabulated and delta is not the chord
};

}  // namespace phasescope::curvature
