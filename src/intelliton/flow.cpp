#include "phasescope/intelliton/flow.h"

#include <cmath>

#include "phasescope/intelliton/constants.h"
#include "phasescope/intelliton/smoothing.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kFlat = 0.01;  // |beta| and |stability| below this count as zero

std::string fixed_point_type(double beta, double stability) {
  if (std::abs(beta) > kFlat) return "none";
  if (stability < -kFlat) return "IR";
  return stability > kFlat ? "UV" : "crossover";
}

void locate_fixed_points(Flow& flow, Index points) {
  const MatrixXd& beta = flow.beta_function;
  const Index modes = beta.cols();
  const Index first = points / 3;
  flow.fixed_point_layer.resize(modes);
  flow.fixed_point_stability = VectorXd::Zero(modes);
  for (Index i = 0; i < modes; ++i) {
    Index offset = 0;
    beta.col(i).tail(beta.rows() - first).cwiseAbs().minCoeff(&offset);
    const Index at = first + offset;
    flow.fixed_point_layer(i) = static_cast<int>(at);
    if (at > 0 && at + 1 < beta.rows())
      flow.fixed_point_stability(i) = (beta(at + 1, i) - beta(at - 1, i)) / 2;
    flow.fixed_point_type.push_back(fixed_point_type(beta(at, i), flow.fixed_point_stability(i)));
  }
}

VectorXd anomalous_dimension(const MatrixXd& log_sigma) {
  const Index first = log_sigma.rows() / 3;
  const Index count = 2 * log_sigma.rows() / 3 - first;
  const auto scale = [&](Index l) { return std::log(static_cast<double>(first + l + 1)); };
  return column_slopes(VectorXd::NullaryExpr(count, scale), log_sigma.middleRows(first, count));
}

}  // namespace

FlowAnalysis::FlowAnalysis(Index points, Index window) : running_mass_(-local_slopes(points, window)) {
  if (points > 7) running_mass_ = savitzky_golay(points, 7, 2) * running_mass_;
}

Flow FlowAnalysis::operator()(const MatrixXd& singular_values) const {
  const MatrixXd log_sigma = singular_values.array().max(kEpsilon).log();
  Flow flow;
  // Slopes do not change when a column is shifted; a constant column then gives exactly 0.
  flow.running_mass = running_mass_ * (log_sigma.rowwise() - log_sigma.row(0));
  flow.beta_function = flow.running_mass.bottomRows(flow.running_mass.rows() - 1) -
                       flow.running_mass.topRows(flow.running_mass.rows() - 1);
  locate_fixed_points(flow, log_sigma.rows());
  flow.anomalous_dimension = anomalous_dimension(log_sigma);
  return flow;
}

}  // namespace phasescope::intelliton
