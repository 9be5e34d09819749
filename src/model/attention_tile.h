#pragma once

#include "lanes.h"
#include "matrix.h"

#include <cstdint>
#include <vector>

namespace phasescope::model {

/// Products of the small matrices that attention is made of, in registers: a library's general product takes
/// longer to prepare than these take to run. All rows are padded to whole vectors of 16.

/// out [depth, padded(rows)] = in [rows, depth] transposed; padding becomes 0.
void transpose_padded(ConstMatrix in, Buffer& out);

/// scores [rows, columns] = queries times keys [depth, columns]; each query is a row of `depth` numbers
/// anywhere, columns a whole number of vectors.
void multiply_scores(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores);

/// The same of keys [columns, depth] as they lie, for few queries; scores has whole vectors, and is 0 beyond
/// the keys.
void multiply_scores_as_stored(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores);

/// Whether output rows hold sums to which a product is added.
enum class Sums { begin, go_on };

/// output [rows, width] = or += weights [rows, keys] times values [keys, width]; width a whole number of
/// vectors.
void add_weighted_values(ConstMatrix weights, ConstMatrix values, Sums sums, Matrix output);

}  // namespace phasescope::model
