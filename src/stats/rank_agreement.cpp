#include "phasescope/stats/rank_agreement.h"

#include <cmath>
#include <cstddef>

namespace phasescope::stats {
namespace {

int order_of(double left, double right) {
  return (left > right) - (left < right);
}

}  // namespace

std::optional<double> kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b) {
  double score = 0;
  double untied_a = 0;
  double untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = order_of(a[i], a[j]);
      const int in_b = order_of(b[i], b[j]);
      score += in_a * in_b;
      untied_a += in_a != 0;
      untied_b += in_b != 0;
    }
  }
  if (untied_a == 0 || untied_b == 0) return std::nullopt;
  return score / std::sqrt(untied_a * untied_b);
}

}  // namespace phasescope::stats
