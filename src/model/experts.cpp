#include "experts.h"

#include "activation.h"
#include "expert_routing.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

void run_expert(checkpoint::Activation activation, const HostExpert& expert,
                const std::vector<ExpertAssignment>& assignments, Linear& linear, ConstMatrix x,
                Matrix output) {
  const auto rows = static_cast<std::int64_t>(assignments.size());
  const std::int64_t inner = expert.down.inputs();
  Buffer storage(static_cast<std::size_t>(rows * (2 * x.columns + 3 * inner)));
  const Matrix input(storage.data(), rows, x.columns);
  const Matrix result(input.data + rows * x.columns, rows, x.columns);
  const Matrix gate_up(result.data + rows * x.columns, rows, 2 * inner);
  const Matrix activated(gate_up.data + rows * 2 * inner, rows, inner);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::memcpy(input.row(i), x.row(assignments[static_cast<std::size_t>(i)].row),
                static_cast<std::size_t>(x.columns) * sizeof(float));
  }
  linear.apply(input, expert.gate_up, gate_up);
  activate_gated(activation, Matrix(gate_up.data, rows, inner, gate_up.stride),
                 Matrix(gate_up.data + inner, rows, inner, gate_up.stride), activated);
  linear.apply(activated, expert.down, result);
  for (std::int64_t i = 0; i < rows; ++i) {
    const ExpertAssignment& assignment = assignments[static_cast<std::size_t>(i)];
    Eigen::Map<Eigen::ArrayXf>(output.row(assignment.row), output.columns) +=
        assignment.weight * Eigen::Map<const Eigen::ArrayXf>(result.row(i), result.columns);
  }
}

}  // namespace

void run_experts(const checkpoint::Architecture& architecture, const HostBlock& weights, Linear& linear,
                 ConstMatrix x, Matrix output) {
  const checkpoint::Experts& experts = *architecture.experts;
  Buffer logit_storage(static_cast<std::size_t>(x.rows * experts.count));
  const Matrix logits(logit_storage.data(), x.rows, experts.count);
  linear.apply(x, weights.router, logits);
  for (std::int64_t r = 0; r < output.rows; ++r) std::fill_n(output.row(r), output.columns, 0.0F);
  const auto assignments = route(experts, logits);
  for (std::size_t e = 0; e < assignments.size(); ++e) {
    if (!assignments[e].empty())
      run_expert(architecture.activation, weights.experts[e], assignments[e], linear, x, output);
  }
}

}  // namespace phasescope::model
