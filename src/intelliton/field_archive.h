#pragma once

#include "phasescope/base/archive.h"
#include "phasescope/intelliton/field_summary.h"
#include "phasescope/intelliton/occupation.h"
#include "phasescope/intelliton/pair_comparison.h"
#include "phasescope/states/matrix_archive.h"

// Every member of every struct, by structured bindings: one that is added and not written does not compile.

namespace phasescope::intelliton {

template <class Archive>
void serialize(Archive& archive, Propagator& propagator) {
  auto& [decay_curve, frequencies, spectral_density, pole_bin, pole_mass, pole_position, exponential_r2] =
      propagator;
  archive(decay_curve, frequencies, spectral_density, pole_bin, pole_mass, pole_position, exponential_r2);
}

template <class Archive>
void serialize(Archive& archive, Resonances& resonances) {
  auto& [center, width, amplitude, lifetime, r2, weight, sharp] = resonances;
  archive(center, width, amplitude, lifetime, r2, weight, sharp);
}

template <class Archive>
void serialize(Archive& archive, Dispersion& dispersion) {
  auto& [energy, lattice_mass, mass, r2, group_velocity] = dispersion;
  archive(energy, lattice_mass, mass, r2, group_velocity);
}

template <class Archive>
void serialize(Archive& archive, Flow& flow) {
  auto& [running_mass, beta_function, fixed_point_layer, fixed_point_stability, fixed_point_type,
         anomalous_dimension] = flow;
  archive(running_mass, beta_function, fixed_point_layer, fixed_point_stability, fixed_point_type,
          anomalous_dimension);
}

template <class Archive>
void serialize(Archive& archive, EffectiveTheory& theory) {
  auto& [alpha, beta, bare_mass, renormalized_mass, mass_shift, wavefunction_z] = theory;
  archive(alpha, beta, bare_mass, renormalized_mass, mass_shift, wavefunction_z);
}

template <class Archive>
void serialize(Archive& archive, PhaseTransition& transition) {
  auto& [layer, size, before, after, kind] = transition;
  archive(layer, size, before, after, kind);
}

template <class Archive>
void serialize(Archive& archive, FusionEvent& event) {
  auto& [layer, sources, target, coupling, source_values, target_value] = event;
  archive(layer, sources, target, coupling, source_values, target_value);
}

template <class Archive>
void serialize(Archive& archive, ModeFusion& fusion) {
  auto& [events, rate, active_modes, genealogy] = fusion;
  archive(events, rate, active_modes, genealogy);
}

template <class Archive>
void serialize(Archive& archive, FieldAnalysis& analysis) {
  auto& [tokens, nonfinite, singular_values, mode_link, momentum_power, momenta, spin, mode_momentum,
         helicity, propagator, resonances, dispersion, flow, effective_theory, phase_transitions, fusion,
         couplings, middle_right] = analysis;
  archive(tokens, nonfinite, singular_values, mode_link, momentum_power, momenta, spin, mode_momentum,
          helicity, propagator, resonances, dispersion, flow, effective_theory, phase_transitions, fusion,
          couplings, middle_right);
}

template <class Archive>
void serialize(Archive& archive, ShuffleDraws& draws) {
  auto& [spin, spectrum, field_spectrum, growth_rate, bare_mass, renormalized_mass, wavefunction_z,
         anomalous_dimension, fixed_point, beta] = draws;
  archive(spin, spectrum, field_spectrum, growth_rate, bare_mass, renormalized_mass, wavefunction_z,
          anomalous_dimension, fixed_point, beta);
}

template <class Archive>
void serialize(Archive& archive, MatchedModes& modes) {
  auto& [first, last, log_amplitude, growth_rate, bare_mass, renormalized_mass, wavefunction_z,
         anomalous_dimension, fixed_point, alpha, beta, lattice_mass, lattice_tested, spin, spectrum,
         momentum_rate, shuffled, mean_cosine, broken_share] = modes;
  archive(first, last, log_amplitude, growth_rate, bare_mass, renormalized_mass, wavefunction_z,
          anomalous_dimension, fixed_point, alpha, beta, lattice_mass, lattice_tested, spin, spectrum,
          momentum_rate, shuffled, mean_cosine, broken_share);
}

template <class Archive>
void serialize(Archive& archive, FieldSummary& summary) {
  auto& [name, points, tokens, nonfinite, first_layer, last_layer, amplitude, helicity, spin, pole_mass,
         lattice_mass, exponential_r2, resonance_width, has_pole, fusion_events, spectrum, matched,
         middle_right] = summary;
  archive(name, points, tokens, nonfinite, first_layer, last_layer, amplitude, helicity, spin, pole_mass,
          lattice_mass, exponential_r2, resonance_width, has_pole, fusion_events, spectrum, matched,
          middle_right);
}

template <class Archive>
void serialize(Archive& archive, ModeObservables& observables) {
  auto& [middle_singular_values, middle_right, momenta, spin, helicity, pole_mass, lattice_mass,
         group_velocity, resonance_width, fixed_point_layer, anomalous_dimension, wavefunction_z,
         fusion_strength, fusion_rate] = observables;
  archive(middle_singular_values, middle_right, momenta, spin, helicity, pole_mass, lattice_mass,
          group_velocity, resonance_width, fixed_point_layer, anomalous_dimension, wavefunction_z,
          fusion_strength, fusion_rate);
}

template <class Archive>
void serialize(Archive& archive, PairSignature& signature) {
  auto& [spectral_divergence, coherence_loss, mode_stability, entropy_grounded, entropy_other, entropy_gap,
         dominance_grounded, dominance_other, peak_layer, decay_strength, tunneling_score, common_stability,
         flagged] = signature;
  archive(spectral_divergence, coherence_loss, mode_stability, entropy_grounded, entropy_other, entropy_gap,
          dominance_grounded, dominance_other, peak_layer, decay_strength, tunneling_score, common_stability,
          flagged);
}

}  // namespace phasescope::intelliton
