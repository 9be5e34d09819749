#pragma once

#include <cstdint>
#include <functional>

namespace phasescope::model {

/// A weight matrix [outputs, inputs] whose rows are converted to float32 when they are asked for, so that it
/// need never exist whole in that form.
struct WeightSource {
  std::int64_t outputs = 0;
  std::int64_t inputs = 0;
  /// Writes rows [first, first + count), row-major, to `out`. Called from several threads for different rows.
  std::function<void(std::int64_t first, std::int64_t count, float* out)> convert;
  /// The whole matrix where it lies in memory as float32 already, and outlives what is prepared from it; else
  /// nullptr.
  const float* plain = nullptr;
};

}  // namespace phasescope::model
