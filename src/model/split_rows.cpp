#include "split_rows.h"

#include "split_terms.h"

#include "phasescope/base/error.h"

namespace phasescope::model {

void SplitRows::resize(std::int64_t rows, std::int64_t columns) {
  rows_ = rows;
  columns_ = columns;
  const auto needed = static_cast<std::size_t>(row_tiles() * tile_stride());
  if (terms_.size() < needed) terms_ = SplitTerms(needed);
}

#ifdef PHASESCOPE_HAS_TILES

PHASESCOPE_TILES void SplitRows::put(std::int64_t row, std::int64_t first, const float* values,
                                     std::int64_t count) {
  std::uint16_t* of_row = terms_.data() + row / kTileRows * tile_stride() + row % kTileRows * kDepth;
  const std::int64_t end = first + count == columns_ ? depth_blocks() * kDepth : first + count;
  for (std::int64_t column = first; column < end; column += kTileRows) {
    const ThreeTerms terms = split(load_part(values + (column - first), first + count - column));
    std::uint16_t* to = of_row + column / kDepth * (kInputTerms * kTile) + column % kDepth;
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

void SplitRows::assign(ConstMatrix x) {
  resize(x.rows, x.columns);
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) put(r, 0, x.row(r), x.columns);
}

}  // namespace phasescope::model
