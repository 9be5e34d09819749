#include "attention_tile.h"

#include <algorithm>

namespace phasescope::model {
namespace {

using lanes::kLanes;
using lanes::Lanes;

/// `Rows` rows of scores for `Vectors` vectors of keys.
template <int Rows, int Vectors>
void score_block(const float* const* query, ConstMatrix keys, std::int64_t column, Matrix scores) {
  Lanes sums[Rows][Vectors] = {};
  for (std::int64_t d = 0; d < keys.rows; ++d) {
    const float* key = keys.row(d) + column;
    Lanes of_keys[Vectors];
    for (int v = 0; v < Vectors; ++v) of_keys[v] = lanes::load(key + v * kLanes);
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < Vectors; ++v)
        sums[i][v] = lanes::multiply_add(lanes::all(query[i][d]), of_keys[v], sums[i][v]);
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) lanes::store(scores.row(i) + column + v * kLanes, sums[i][v]);
  }
}

template <int Rows>
void score_rows(const float* const* query, ConstMatrix keys, Matrix scores) {
  std::int64_t column = 0;
  for (; column + 2 * kLanes <= keys.columns; column += 2 * kLanes)
    score_block<Rows, 2>(query, keys, column, scores);
  if (column < keys.columns) score_block<Rows, 1>(query, keys, column, scores);
}

/// `Rows` rows of output, `Vectors` vectors wide.
template <int Rows, int Vectors>
void value_block(ConstMatrix weights, std::int64_t row, ConstMatrix values, std::int64_t column, Sums before,
                 Matrix output) {
  Lanes sums[Rows][Vectors];
  const float* weight[Rows];
  for (int i = 0; i < Rows; ++i) {
    weight[i] = weights.row(row + i);
    for (int v = 0; v < Vectors; ++v) {
      sums[i][v] = before == Sums::begin ? Lanes{} : lanes::load(output.row(row + i) + column + v * kLanes);
    }
  }
  for (std::int64_t k = 0; k < values.rows; ++k) {
    const float* value = values.row(k) + column;
    Lanes of_values[Vectors];
    for (int v = 0; v < Vectors; ++v) of_values[v] = lanes::load(value + v * kLanes);
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < Vectors; ++v)
        sums[i][v] = lanes::multiply_add(lanes::all(weight[i][k]), of_values[v], sums[i][v]);
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) lanes::store(output.row(row + i) + column + v * kLanes, sums[i][v]);
  }
}

template <int Rows>
void value_rows(ConstMatrix weights, std::int64_t row, ConstMatrix values, Sums before, Matrix output) {
  std::int64_t column = 0;
  for (; column + 4 * kLanes <= values.columns; column += 4 * kLanes)
    value_block<Rows, 4>(weights, row, values, column, before, output);
  for (; column < values.columns; column += kLanes)
    value_block<Rows, 1>(weights, row, values, column, before, output);
}

/// The first `count` numbers of a vector that is mostly whole.
Lanes load_some(const float* from, std::int64_t count) {
  return count == kLanes ? lanes::load(from) : lanes::load_part(from, count);
}

}  // namespace

void transpose_padded(ConstMatrix in, Buffer& out) {
  const std::int64_t width = lanes::padded(in.rows);
  if (out.size() < static_cast<std::size_t>(in.columns * width))
    out = Buffer(static_cast<std::size_t>(in.columns * width));
  for (std::int64_t first = 0; first < width; first += kLanes) {
    for (std::int64_t d = 0; d < in.columns; d += kLanes) {
      const std::int64_t depth = std::min(kLanes, in.columns - d);
      Lanes block[kLanes];
      for (std::int64_t r = 0; r < kLanes; ++r)
        block[r] = first + r < in.rows ? load_some(in.row(first + r) + d, depth) : Lanes{};
      lanes::transpose(block);
      for (std::int64_t i = 0; i < depth; ++i) lanes::store(out.data() + (d + i) * width + first, block[i]);
    }
  }
}

void multiply_scores_as_stored(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores) {
  for (std::int64_t first = 0; first < scores.columns; first += kLanes) {
    const std::int64_t count = std::clamp<std::int64_t>(keys.rows - first, 0, kLanes);
    for (std::int64_t row = 0; row < scores.rows; ++row) {
      const float* query = queries[static_cast<std::size_t>(row)];
      Lanes products[kLanes] = {};
      for (std::int64_t d = 0; d < keys.columns; d += kLanes) {
        const std::int64_t depth = std::min(kLanes, keys.columns - d);
        const Lanes of_query = load_some(query + d, depth);
        for (std::int64_t k = 0; k < count; ++k)
          products[k] = lanes::multiply_add(of_query, load_some(keys.row(first + k) + d, depth), products[k]);
      }
      lanes::store(scores.row(row) + first, lanes::sums_of_rows(products));
    }
  }
}

void multiply_scores(const std::vector<const float*>& queries, ConstMatrix keys, Matrix scores) {
  // With a single vector of keys only many rows keep the multipliers busy: each sum waits for itself.
  const bool narrow = keys.columns == kLanes;
  std::int64_t row = 0;
  const auto rest = [&] { return scores.rows - row; };
  const auto query = [&] { return queries.data() + row; };
  for (; narrow && rest() >= 8; row += 8) score_block<8, 1>(query(), keys, 0, scores.slice(row, 8));
  for (; rest() >= 4; row += 4) score_rows<4>(query(), keys, scores.slice(row, 4));
  const Matrix last = scores.slice(row, rest());
  if (last.rows == 3) score_rows<3>(query(), keys, last);
  if (last.rows == 2) score_rows<2>(query(), keys, last);
  if (last.rows == 1) score_rows<1>(query(), keys, last);
}

void add_weighted_values(ConstMatrix weights, ConstMatrix values, Sums sums, Matrix output) {
  std::int64_t row = 0;
  for (; row + 4 <= weights.rows; row += 4) value_rows<4>(weights, row, values, sums, output);
  const std::int64_t last = weights.rows - row;
  if (last == 3) value_rows<3>(weights, row, values, sums, output);
  if (last == 2) value_rows<2>(weights, row, values, sums, output);
  if (last == 1) value_rows<1>(weights, row, values, sums, output);
}

}  // namespace phasescope::model
