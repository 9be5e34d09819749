#pragma once

#include "matrix.h"

#include <cstdint>
#include <vector>

namespace phasescope::model {

/// Products of the small matrices that attention is made of, in registers: a library's general product takes
/// longer to prepare than these take to run. All rows are padded to whole vectors of 16.
constexpr std::int64_t kVectorWidth = 16;

inline std::int64_t padded(std::int64_t count) {
  return (count + kVectorWidth - 1) / kVectorWidth * kVectorWidth;
}

/// out [depth, padded(rows)] = in [rows, depth] transposed; padding becomes 0.
void transpose_padded(ConstMatrix in, Buffer& out);

/// scores [rows, columns] = queries times keys [depth, columns]; each query is a row of `depth` numbers
/// anywhere, columns a whole number of vectors.
void multiply_scores(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores);

/// output [rows, width] += weights [rows, keys] times values [keys, width]; width a whole number of vectors.
void add_weighted_values(ConstMatrix weights, ConstMatrix values, Matrix output);

}  // namespace phasescope::model
