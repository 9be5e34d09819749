#pragma once

#include "phasescope/base/archive.h"
#include "phasescope/curvature/run_analysis.h"

// Every member of every struct, by structured bindings: one that is added and not written does not compile.

namespace phasescope::curvature {

template <class Archive>
void serialize(Archive& archive, RunStatistics& statistics) {
  auto& [max, mean, median, p95, deviation, ratio_norm, p95_over_median, argmax, late_ct, debt_max,
         debt_final, mean_delta, mean_curvature] = statistics;
  archive(max, mean, median, p95, deviation, ratio_norm, p95_over_median, argmax, late_ct, debt_max,
          debt_final, mean_delta, mean_curvature);
}

template <class Archive>
void serialize(Archive& archive, NullComparison& comparison) {
  auto& [mean, low, high, p_value, side] = comparison;
  archive(mean, low, high, p_value, side);
}

template <class Archive>
void serialize(Archive& archive, NullMeans& means) {
  auto& [mean_ct, late_ct, mean_delta, mean_curvature] = means;
  archive(mean_ct, late_ct, mean_delta, mean_curvature);
}

template <class Archive>
void serialize(Archive& archive, ShuffledNull& null) {
  auto& [by_length, means] = null;
  archive(by_length, means);
}

template <class Archive>
void serialize(Archive& archive, RunSteps& steps) {
  auto& [positions, token_ids, ct, delta, curvature, top1, margin, entropy] = steps;
  archive(positions, token_ids, ct, delta, curvature, top1, margin, entropy);
}

template <class Archive>
void serialize(Archive& archive, LayerResult& layer) {
  auto& [point, n_steps, ratio_norm, mean_ct, mean_delta, mean_curvature] = layer;
  archive(point, n_steps, ratio_norm, mean_ct, mean_delta, mean_curvature);
}

template <class Archive>
void serialize(Archive& archive, RunResult& run) {
  auto& [index, prompt, generation, id, category, status, reason, n_steps, statistics, null, dropped_states,
         layers, steps, sensitivity] = run;
  archive(index, prompt, generation, id, category, status, reason, n_steps, statistics, null, dropped_states,
          layers, steps, sensitivity);
}

}  // namespace phasescope::curvature
