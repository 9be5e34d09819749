#include "attention_tile.h"

#include <algorithm>
#include <cstring>

namespace phasescope::model {
namespace {

/// Sixteen floats; the compiler splits them where registers are shorter. This file alone lets it fuse
/// multiplications with additions (see CMakeLists.txt).
using Vector = float __attribute__((vector_size(kVectorWidth * sizeof(float))));

Vector load(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

void store(float* to, Vector value) {
  std::memcpy(to, &value, sizeof value);
}

/// `Rows` rows of scores for `Vectors` vectors of keys.
template <int Rows, int Vectors>
void score_block(const float* const* query, ConstMatrix keys, std::int64_t column, Matrix scores) {
  Vector sums[Rows][Vectors] = {};
  for (std::int64_t d = 0; d < keys.rows; ++d) {
    const float* key = keys.row(d) + column;
    Vector of_keys[Vectors];
    for (int v = 0; v < Vectors; ++v) of_keys[v] = load(key + v * kVectorWidth);
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < Vectors; ++v) sums[i][v] += query[i][d] * of_keys[v];
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) store(scores.row(i) + column + v * kVectorWidth, sums[i][v]);
  }
}

template <int Rows>
void score_rows(const float* const* query, ConstMatrix keys, Matrix scores) {
  std::int64_t column = 0;
  for (; column + 2 * kVectorWidth <= keys.columns; column += 2 * kVectorWidth)
    score_block<Rows, 2>(query, keys, column, scores);
  if (column < keys.columns) score_block<Rows, 1>(query, keys, column, scores);
}

/// `Rows` rows of output, `Vectors` vectors wide.
template <int Rows, int Vectors>
void value_block(ConstMatrix weights, std::int64_t row, ConstMatrix values, std::int64_t column,
                 Matrix output) {
  Vector sums[Rows][Vectors];
  const float* weight[Rows];
  for (int i = 0; i < Rows; ++i) {
    weight[i] = weights.row(row + i);
    for (int v = 0; v < Vectors; ++v) sums[i][v] = load(output.row(row + i) + column + v * kVectorWidth);
  }
  for (std::int64_t k = 0; k < values.rows; ++k) {
    const float* value = values.row(k) + column;
    Vector of_values[Vectors];
    for (int v = 0; v < Vectors; ++v) of_values[v] = load(value + v * kVectorWidth);
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < Vectors; ++v) sums[i][v] += weight[i][k] * of_values[v];
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) store(output.row(row + i) + column + v * kVectorWidth, sums[i][v]);
  }
}

template <int Rows>
void value_rows(ConstMatrix weights, std::int64_t row, ConstMatrix values, Matrix output) {
  std::int64_t column = 0;
  for (; column + 4 * kVectorWidth <= values.columns; column += 4 * kVectorWidth)
    value_block<Rows, 4>(weights, row, values, column, output);
  for (; column < values.columns; column += kVectorWidth)
    value_block<Rows, 1>(weights, row, values, column, output);
}

}  // namespace

void transpose_padded(ConstMatrix in, Buffer& out) {
  const std::int64_t width = padded(in.rows);
  out.resize(static_cast<std::size_t>(in.columns * width));
  for (std::int64_t first = 0; first < width; first += kVectorWidth) {
    const std::int64_t rows = std::clamp<std::int64_t>(in.rows - first, 0, kVectorWidth);
    for (std::int64_t d = 0; d < in.columns; ++d) {
      float* to = out.data() + d * width + first;
      for (std::int64_t r = 0; r < rows; ++r) to[r] = in.row(first + r)[d];
      for (std::int64_t r = rows; r < kVectorWidth; ++r) to[r] = 0;
    }
  }
}

void multiply_scores(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores) {
  // With a single vector of keys only many rows keep the multipliers busy: each sum waits for itself.
  const bool narrow = keys.columns == kVectorWidth;
  std::int64_t row = 0;
  const auto rest = [&] { return scores.rows - row; };
  const auto query = [&] { return queries.data() + row; };
  for (; narrow && rest() >= 8; row += 8) score_block<8, 1>(query(), keys, 0, scores.slice(row, 8));
  for (; rest() >= 4; row += 4) score_rows<4>(query(), keys, scores.slice(row, 4));
  for (; rest() > 0; ++row) score_rows<1>(query(), keys, scores.slice(row, 1));
}

void add_weighted_values(ConstMatrix weights, ConstMatrix values, Matrix output) {
  std::int64_t row = 0;
  for (; row + 4 <= weights.rows; row += 4) value_rows<4>(weights, row, values, output);
  for (; row < weights.rows; ++row) value_rows<1>(weights, row, values, output);
}

}  // namespace phasescope::model
