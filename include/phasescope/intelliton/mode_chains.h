#pragma once

#include <map>
#include <vector>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// Mode links: links(l, i) is the mode of point l+1 that mode i of point l resembles most. [N-1, K]. Not
/// one-to-one.
using ModeLinks = Eigen::MatrixXi;

/// c(0, i) = i, c(l+1, i) = links(l, c(l, i)). [N, K]
Eigen::MatrixXi follow_chains(const ModeLinks& links, Eigen::Index modes);

/// values(l, c(l, i)): a quantity [N, K] read along the chains.
Eigen::MatrixXd along_chains(const Eigen::MatrixXd& values, const Eigen::MatrixXi& chains);

/// Two or more modes of one point that link to the same mode of the next.
struct FusionEvent {
  int layer = 0;             ///< point of the target
  std::vector<int> sources;  ///< ascending
  int target = 0;
  double coupling = 0;  ///< largest |U_i^T A U_j| among the sources, 0 without a usable attention map
  std::vector<double> source_values;  ///< singular values at layer - 1
  double target_value = 0;
};

/// |U^T A U| [K, K] by block, A [T, T] the head-averaged attention of that block and U the left vectors of
/// the point that it reads.
using Couplings = std::map<int, Eigen::MatrixXd>;

struct ModeFusion {
  std::vector<FusionEvent> events;  ///< by layer, then by smallest source
  Eigen::VectorXd rate;             ///< events into each next point [N-1]
  Eigen::VectorXd active_modes;     ///< distinct modes reached at each point [N]; K at point 0
  std::vector<std::vector<std::vector<int>>> genealogy;  ///< [mode of the last point][point]: its ancestors
};

/// Events, rate and active modes. The coupling of an event into point l+1 is read from the nearest captured
/// block at or below l.
ModeFusion mode_fusion(const ModeLinks& links, const Eigen::MatrixXd& singular_values,
                       const Couplings& couplings);
/// Rate and active modes alone.
ModeFusion fusion_counts(const ModeLinks& links);
/// ModeFusion::genealogy.
std::vector<std::vector<std::vector<int>>> genealogy(const ModeLinks& links);

}  // namespace phasescope::intelliton
