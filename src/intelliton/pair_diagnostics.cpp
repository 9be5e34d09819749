#include "phasescope/intelliton/pair_diagnostics.h"

#include <algorithm>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

std::vector<const PairSignature*> signatures_of(const std::vector<ComparedPair>& pairs) {
  std::vector<const PairSignature*> signatures;
  for (const ComparedPair& pair : pairs) {
    if (pair.signature) signatures.push_back(&*pair.signature);
  }
  return signatures;
}

VectorXd mean_curve(const std::vector<const PairSignature*>& signatures, VectorXd PairSignature::*curve) {
  VectorXd sum = VectorXd::Zero((signatures.front()->*curve).size());
  for (const PairSignature* signature : signatures) sum += signature->*curve;
  return sum / static_cast<double>(signatures.size());
}

std::optional<double> flag_rate(const std::vector<const PairSignature*>& signatures) {
  if (signatures.empty()) return std::nullopt;
  const auto flagged = std::count_if(signatures.begin(), signatures.end(),
                                     [](const PairSignature* signature) { return signature->flagged; });
  return static_cast<double>(flagged) / static_cast<double>(signatures.size());
}

void locate_peaks(PairDiagnostics& result) {
  const VectorXd& divergence = result.mean_spectral_divergence;
  const Index half = divergence.size() / 2;
  Index critical = 0, early = 0, late = 0;
  divergence.maxCoeff(&critical);
  result.critical_layer = static_cast<int>(critical);
  result.late_peak_strength = divergence.tail(divergence.size() - half).maxCoeff(&late);
  result.late_peak_layer = static_cast<int>(half + late);
  if (half == 0) return;
  result.early_peak_strength = divergence.head(half).maxCoeff(&early);
  result.early_peak_layer = static_cast<int>(early);
}

void compare_confidence(PairDiagnostics& result) {
  double sum = 0;
  std::size_t count = 0;
  for (const ComparedPair& pair : result.pairs) {
    if (!pair.grounded_confidence || !pair.other_confidence) continue;
    sum += *pair.grounded_confidence - *pair.other_confidence;
    ++count;
  }
  if (count > 0) result.confidence_gap = sum / static_cast<double>(count);
}

}  // namespace

PairDiagnostics pair_diagnostics(std::vector<ComparedPair> pairs, std::vector<ComparedPair> controls) {
  PairDiagnostics result;
  result.pairs = std::move(pairs);
  result.controls = std::move(controls);
  compare_confidence(result);
  const auto signatures = signatures_of(result.pairs);
  result.flag_rate = flag_rate(signatures);
  result.control_flag_rate = flag_rate(signatures_of(result.controls));
  if (signatures.empty()) return result;
  result.mean_spectral_divergence = mean_curve(signatures, &PairSignature::spectral_divergence);
  result.mean_entropy_gap = mean_curve(signatures, &PairSignature::entropy_gap);
  result.mean_coherence_loss = mean_curve(signatures, &PairSignature::coherence_loss);
  locate_peaks(result);
  return result;
}

}  // namespace phasescope::intelliton
