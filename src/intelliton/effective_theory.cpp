#include "phasescope/intelliton/effective_theory.h"

#include <algorithm>
#include <cmath>

#include "phasescope/intelliton/constants.h"
#include "phasescope/intelliton/smoothing.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd decay_rate(const MatrixXd& amplitude) {
  const Index points = amplitude.rows();
  const VectorXd depth = VectorXd::LinSpaced(points, 0, static_cast<double>(points - 1));
  return -column_slopes(depth, amplitude.array().max(kEpsilon).log());
}

double relative_gap(VectorXd masses) {
  if (masses.size() < 2) return 0;
  std::partial_sort(masses.begin(), masses.begin() + 2, masses.end());
  return (masses(1) - masses(0)) / (masses.mean() + kEpsilon);
}

}  // namespace

EffectiveTheory effective_theory(const MatrixXd& amplitude, const VectorXd& pole_mass) {
  const Index points = amplitude.rows();
  const Index early = points / 4;
  const Index late = points - 3 * points / 4;
  EffectiveTheory theory;
  if (amplitude.cols() > 1) {
    theory.alpha = std::log((amplitude.col(0).array() / amplitude.col(1).array().max(kEpsilon)).mean());
  }
  theory.beta = relative_gap(pole_mass);
  theory.bare_mass = decay_rate(amplitude.topRows(early));
  theory.renormalized_mass = decay_rate(amplitude.bottomRows(late));
  theory.mass_shift = theory.renormalized_mass - theory.bare_mass;
  theory.wavefunction_z = amplitude.bottomRows(late).colwise().mean().array() /
                          (amplitude.topRows(std::max<Index>(early, 1)).colwise().mean().array() + kEpsilon);
  return theory;
}

}  // namespace phasescope::intelliton
