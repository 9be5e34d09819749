#pragma once

#include <cstdint>

#if defined(__x86_64__) && defined(__linux__)
#define PHASESCOPE_HAS_TILES 1
#include <immintrin.h>
#define PHASESCOPE_TILES __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))
#endif

namespace phasescope::model {

constexpr std::int64_t kTileRows = 16;   // rows of a tile: activations' rows, or outputs
constexpr std::int64_t kDepth = 32;      // inputs that one tile covers
constexpr std::int64_t kTile = 512;      // bfloat16 numbers of a tile
constexpr std::int64_t kInputTerms = 3;  // of an activation

/// The calling thread's tile registers, for as long as it lives: 0 to 3 hold sums [2 tiles of rows][2 tiles
/// of outputs], 4 and 5 activations, 6 and 7 weights. Tiles of fewer rows than 16 take less time.
class TileUnit {
 public:
  /// Whether this processor and system have the unit, and this program may use it.
  static bool available();

  TileUnit(std::int64_t rows_of_first, std::int64_t rows_of_second);
  ~TileUnit();
  TileUnit(const TileUnit&) = delete;
  TileUnit& operator=(const TileUnit&) = delete;
};

}  // namespace phasescope::model
