#include "expert_routing.h"

#include <algorithm>
#include <numeric>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

std::vector<std::int64_t> most_probable(const Eigen::ArrayXf& probabilities, std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(probabilities.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace

std::vector<std::vector<ExpertAssignment>> route(const checkpoint::Experts& experts, ConstMatrix logits) {
  std::vector<std::vector<ExpertAssignment>> assignments(static_cast<std::size_t>(experts.count));
  for (std::int64_t r = 0; r < logits.rows; ++r) {
    Eigen::ArrayXf probabilities = Eigen::Map<const Eigen::ArrayXf>(logits.row(r), experts.count);
    probabilities = (probabilities - probabilities.maxCoeff()).exp();
    probabilities /= probabilities.sum();
    const std::vector<std::int64_t> chosen = most_probable(probabilities, experts.used);
    float total = 0;
    for (const std::int64_t e : chosen) total += probabilities[e];
    const float divisor = experts.renormalise ? total : 1.0F;
    for (const std::int64_t e : chosen)
      assignments[static_cast<std::size_t>(e)].push_back({r, probabilities[e] / divisor});
  }
  return assignments;
}

}  // namespace phasescope::model
