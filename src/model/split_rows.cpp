#include "split_rows.h"

#include "split_terms.h"

#include "phasescope/base/error.h"

namespace phasescope::model {

void SplitRows::resize(std::int64_t rows, std::int64_t columns, std::int64_t terms) {
  rows_ = rows;
  columns_ = columns;
  terms_of_each_ = terms;
  const auto needed = static_cast<std::size_t>(row_tiles() * tile_stride());
  if (terms_.size() < needed) terms_ = SplitTerms(needed);
}

#ifdef PHASESCOPE_HAS_TILES

namespace {

/// 32 numbers into rows of tiles, one for each term.
PHASESCOPE_TILES void put_whole_row(const float* values, std::int64_t terms_of_each, std::uint16_t* to) {
  const __m512 first = _mm512_loadu_ps(values), last = _mm512_loadu_ps(values + kTileRows);
  if (terms_of_each == 1) {
    _mm512_store_si512(to, rounded(first, last));
    return;
  }
  const ThreeTermsOf32 terms = split(first, last);
  _mm512_store_si512(to, terms.high);
  _mm512_store_si512(to + kTile, terms.middle);
  _mm512_store_si512(to + 2 * kTile, terms.low);
}

/// Up to 16 numbers into half a row of tiles, zeros after them.
PHASESCOPE_TILES void put_half_row(const float* values, std::int64_t count, std::int64_t terms_of_each,
                                   std::uint16_t* to) {
  const __m512 numbers = load_part(values, count);
  if (terms_of_each == 1) {
    store(to, rounded(numbers));
    return;
  }
  const ThreeTerms terms = split(numbers);
  store(to, terms.high);
  store(to + kTile, terms.middle);
  store(to + 2 * kTile, terms.low);
}

}  // namespace

void SplitRows::put(std::int64_t row, std::int64_t first, const float* values, std::int64_t count) {
  std::uint16_t* of_row = terms_.data() + row / kTileRows * tile_stride() + row % kTileRows * kDepth;
  const auto place = [&](std::int64_t column) {
    return of_row + column / kDepth * (terms_of_each_ * kTile) + column % kDepth;
  };
  const std::int64_t given = first + count;
  const std::int64_t end = given == columns_ ? depth_blocks() * kDepth : given;
  std::int64_t column = first;
  if (first % kDepth == 0) {
    for (; column + kDepth <= given; column += kDepth)
      put_whole_row(values + (column - first), terms_of_each_, place(column));
  }
  for (; column < end; column += kTileRows)
    put_half_row(values + (column - first), given - column, terms_of_each_, place(column));
}

#else

void SplitRows::put(std::int64_t, std::int64_t, const float*, std::int64_t) {
  throw Error(ExitClass::internal, "no tile unit on this processor");
}

#endif

void SplitRows::assign(ConstMatrix x, std::int64_t terms) {
  resize(x.rows, x.columns, terms);
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) put(r, 0, x.row(r), x.columns);
}

}  // namespace phasescope::model
