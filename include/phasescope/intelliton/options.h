#pragma once

#include <string>

namespace phasescope::intelliton {

/// Settings of the spectral analysis of residual streams; the defaults are the published ones.
struct Options {
  int modes = 20;              ///< singular modes kept per state point
  int skip_layers = 5;         ///< first state point of the propagator
  int eft_window = 4;          ///< state points in the running-mass window, centred
  double sv_threshold = 0.02;  ///< active mode: mean singular value above this share of mode 0's
  double merge_cosine = 0.97;  ///< candidates with at least this |cosine| are one species
  double sharpness = 0.5;      ///< a resonance is well defined when width / centre is below this
  int max_tokens = 128;        ///< longer prompts are cut to their first tokens
  int attention_every = 4;     ///< every n-th block's attention is asked for
  /// Name "<category>/<i>" of the field that supplies dispersion, flow and effective parameters to the
  /// catalogue. Empty: the first prompt of the first category.
  std::string representative;
  /// True when the last state point is to be taken after the model's final norm.
  bool last_point_after_norm = false;
};

}  // namespace phasescope::intelliton
