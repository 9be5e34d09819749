#include "analysis_arguments.h"

#include "checks.h"

#include "phasescope/base/error.h"
#include "phasescope/curvature/definition.h"

namespace phasescope::tool {

void add_ct_options(CLI::App& command, CtArguments& typed) {
  run::CtOptions& ct = typed.options;
  command.add_option("--ct-norm", typed.norm, "l2, raw, centred or standardised")->capture_default_str();
  command.add_option("--ct-delta", typed.delta, "chord, cosine or arc")->capture_default_str();
  command
      .add_option("--ct-curvature", typed.curvature,
                  "turning, turning_cosine, second_difference, menger or three_point")
      ->capture_default_str();
  command.add_option("--ct-alignment", typed.alignment, "causal or centred")->capture_default_str();
  command.add_option("--ct-span", typed.span, "generated, prompt or both")->capture_default_str();
  command.add_option("--ct-layer", typed.layer, "State point of the headline; -1: the last block")
      ->check(at_least(-1))
      ->capture_default_str();
  command.add_option("--ct-state-point", typed.state_point, "pre_norm or post_norm")->capture_default_str();
  command.add_option("--ct-clip", typed.clip, "raw or clipped_mad")->capture_default_str();
  command.add_option("--ct-skip", ct.definition.skip, "Leading prompt positions left out")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--null-draws", ct.null_draws, "Permutations of each run's null")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--bootstrap-draws", ct.bootstrap_draws, "Resamples of each interval")
      ->check(at_least(1))
      ->capture_default_str();
  command
      .add_option("--common-steps", typed.common_steps,
                  "Common length of the length-matched statistics; 0: 25th percentile")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--bands", ct.bands, "Regime bands; default: the published ones");
  command.add_flag("--sensitivity", ct.sensitivity, "Repeat under all 60 definitions");
}

void add_species_options(CLI::App& command, intelliton::Options& species) {
  command.add_option("--modes", species.modes, "Singular modes kept per state point")
      ->check(at_least(1))
      ->capture_default_str();
  command.add_option("--skip-layers", species.skip_layers, "State points before the propagator")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--eft-window", species.eft_window, "State points in the running-mass window")
      ->check(at_least(1))
      ->capture_default_str();
  command.add_option("--sv-threshold", species.sv_threshold, "Share of mode 0 that makes a mode active")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--merge-cosine", species.merge_cosine, "Candidates this similar are one species")
      ->check(between(0, 1))
      ->capture_default_str();
  command.add_option("--sharpness", species.sharpness, "Width over centre of a well-defined resonance")
      ->check(above(0))
      ->capture_default_str();
  command.add_option("--representative", species.representative,
                     "Field <category>/<i> that supplies flow and dispersion");
}

void add_null_options(CLI::App& command, NullArguments& typed, bool with_model) {
  command
      .add_option("--null", typed.names,
                  with_model ? "Nulls of species, pairs and dynamics: shuffle-tokens, shuffle-layers, "
                               "random-embedding, random-weights"
                             : "Nulls of species: shuffle-tokens, shuffle-layers")
      ->delimiter(',')
      ->take_all()
      ->allow_extra_args(false);
  if (with_model) {
    command
        .add_option("--null-networks", typed.options.networks,
                    "Networks drawn for each of random-embedding and random-weights")
        ->check(at_least(1))
        ->capture_default_str();
  }
  command
      .add_option(
          "--sign-audit", typed.options.sign_audit_draws,
          "Random signs of singular vectors under which the published catalog is built again; 0: none")
      ->check(at_least(0))
      ->capture_default_str();
}

run::NullOptions resolve_nulls(const NullArguments& typed) {
  run::NullOptions options = typed.options;
  options.nulls = run::nulls_named(typed.names);
  return options;
}

namespace {

/// A name of the definition; errors name the option that it was typed under.
template <class Value>
Value named(const std::string& option, const std::string& name) {
  try {
    return curvature::parse_name<Value>(name);
  } catch (const Error& error) {
    throw Error(ExitClass::usage,
                {"", option, std::nullopt, error.details().reason, error.details().expected});
  }
}

}  // namespace

run::CtOptions resolve_ct(const CtArguments& typed) {
  run::CtOptions options = typed.options;
  curvature::Definition& definition = options.definition;
  definition.norm = named<curvature::Norm>("--ct-norm", typed.norm);
  definition.delta = named<curvature::Delta>("--ct-delta", typed.delta);
  definition.curvature = named<curvature::Curvature>("--ct-curvature", typed.curvature);
  definition.alignment = named<curvature::Alignment>("--ct-alignment", typed.alignment);
  definition.span = named<curvature::Span>("--ct-span", typed.span);
  definition.state_point = named<curvature::StatePoint>("--ct-state-point", typed.state_point);
  definition.clip = named<curvature::Clip>("--ct-clip", typed.clip);
  if (typed.layer >= 0) definition.layer = typed.layer;
  if (typed.common_steps > 0) options.common_steps = static_cast<std::size_t>(typed.common_steps);
  return options;
}

}  // namespace phasescope::tool
