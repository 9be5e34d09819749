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

PHASESCOPE_TILES void SplitRows::put(std::int64_t row, std::int64_t first, const float* values,
                                     std::int64_t count) {
  std::uint16_t* of_row = terms_.data() + row / kTileRows * tile_stride() + row % kTileRows * kDepth;
  const std::int64_t end = first + count == columns_ ? depth_blocks() * kDepth : first + count;
  for (std::int64_t column = first; column < end; column += kTileRows) {
    const __m512 numbers = load_part(values + (column - first), first + count - column);
    std::uint16_t* to = of_row + column / kDepth * (terms_of_each_ * kTile) + column % kDepth;
    if (terms_of_each_ == 1) {
      store(to, rounded(numbers));
      continue;
    }
    const ThreeTerms terms = split(numbers);
    store(to, terms.high);
    store(to + kTile, terms.middle);
    store(to + 2 * kTile, terms.low);
  }
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
