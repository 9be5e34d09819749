#include <utility>

#include "phasescope/report/comparison.h"

namespace phasescope::report {

const std::vector<Quantity>& compared_quantities() {
  using Kind = QuantityKind;
  static const std::vector<Quantity> quantities = {
      {"species", "n_species", "species", Kind::number},
      {"species", "top_amplitude", "amplitude of I_0", Kind::number},
      {"species", "top_momentum", "momentum of I_0", Kind::number},
      {"species", "momenta", "momenta (species)", Kind::words},
      {"species", "top_fixed_point_layer", "fixed-point layer of I_0", Kind::number},
      {"species", "fixed_point_types", "fixed points (species)", Kind::words},
      {"species", "top_spin", "spin of I_0", Kind::number},
      {"species", "top_pole_mass", "pole mass of I_0", Kind::number},
      {"species", "grounded_mean", "grounded mean", Kind::number},
      {"species", "grounded_deviation", "grounded deviation", Kind::number},
      {"species_robust", "n_species", "species, resampled", Kind::number},
      {"species_robust", "top_amplitude", "amplitude of S_0", Kind::number},
      {"species_robust", "top_growth_rate", "growth rate of S_0", Kind::number},
      {"species_robust", "top_power_momentum", "power momentum of S_0", Kind::number},
      {"species_robust", "top_spin", "spin of S_0", Kind::number},
      {"species_robust", "power_momentum", "power momentum of fields", Kind::number},
      {"species_robust", "eft_alpha", "EFT alpha", Kind::number},
      {"species_robust", "eft_beta", "EFT beta", Kind::number},
      {"species_robust", "grounded_mean", "grounded mean, resampled", Kind::number},
      {"pairs", "flag_rate", "flagged pairs", Kind::number},
      {"pairs", "control_flag_rate", "flagged controls", Kind::number},
      {"pairs", "confidence_gap", "confidence gap", Kind::number},
      {"ct", "ratio_norm", "ratio_norm, median", Kind::number},
      {"ct", "ratio_norm_mean", "ratio_norm, mean", Kind::number},
      {"ct", "regime", "regime", Kind::word},
      {"ct", "regime_confidence", "resampled medians in it", Kind::number},
      {"ct", "null_regime", "regime of shuffled states", Kind::word},
      {"ct", "survives", "regime survives its checks", Kind::word},
      {"ct", "share_underactive", "runs underactive", Kind::number},
      {"ct", "share_adaptive", "runs adaptive", Kind::number},
      {"ct", "share_transition", "runs in transition", Kind::number},
      {"ct", "share_chaotic", "runs chaotic", Kind::number},
      {"ct", "ratio_excess", "ratio over its null", Kind::number},
      {"ct", "share_distinguishable", "runs unlike shuffled ones", Kind::number},
      {"ct", "common_length_ratio", "ratio_norm at a common length", Kind::number},
      {"ct", "common_length_regime", "regime at a common length", Kind::word},
      {"ct", "mean_ct", "mean ct", Kind::number},
      {"ct", "late_ct", "late ct", Kind::number},
      {"ct", "collapse_rate", "collapse rate", Kind::number},
      {"ct", "mean_delta", "mean delta", Kind::number},
      {"ct", "mean_curvature", "mean curvature", Kind::number},
  };
  return quantities;
}

ComparedValue ComparedValue::of(double value, const std::string& no_interval) {
  ComparedValue result;
  result.number.value = value;
  result.number.interval_reason = no_interval;
  return result;
}

ComparedValue ComparedValue::of(std::string text) {
  ComparedValue result;
  result.text = std::move(text);
  return result;
}

ComparedValue ComparedValue::missing(const std::string& reason) {
  ComparedValue result;
  result.number = stats::Estimate::undefined(reason);
  return result;
}

}  // namespace phasescope::report
