#include "tile_unit.h"

#include "phasescope/base/error.h"

#ifdef PHASESCOPE_HAS_TILES
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace phasescope::model {

#ifdef PHASESCOPE_HAS_TILES

namespace {

bool has_tile_unit() {
  if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512bw")) return false;
  unsigned int a = 7, b = 0, c = 0, d = 0;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  constexpr unsigned int bfloat16_tiles = 1U << 22;
  constexpr unsigned int tiles = 1U << 24;
  return (d & bfloat16_tiles) != 0 && (d & tiles) != 0;
}

/// Linux lets a process use the tile registers only after it has asked.
bool permitted() {
  constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
  return ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

struct TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

PHASESCOPE_TILES void configure(const TileConfiguration& configuration) {
  // Compilers take the instruction to read the first eight bytes only, and would leave out the others.
  __asm__ volatile("" : : "r"(&configuration) : "memory");
  _tile_loadconfig(&configuration);
}

PHASESCOPE_TILES void release() {
  _tile_release();
}

}  // namespace

bool TileUnit::available() {
  static const bool answer = has_tile_unit() && permitted();
  return answer;
}

TileUnit::TileUnit(std::int64_t rows_of_first, std::int64_t rows_of_second) {
  alignas(64) TileConfiguration configuration;
  for (int tile = 0; tile < 8; ++tile) {
    const bool of_first = tile == 0 || tile == 1 || tile == 4;
    const bool of_second = tile == 2 || tile == 3 || tile == 5;
    const std::int64_t rows = of_first ? rows_of_first : of_second ? rows_of_second : kTileRows;
    configuration.row_bytes[tile] = 64;
    configuration.rows[tile] = static_cast<std::uint8_t>(rows);
  }
  configure(configuration);
}

TileUnit::~TileUnit() {
  release();
}

#else

bool TileUnit::available() {
  return false;
}

TileUnit::TileUnit(std::int64_t, std::int64_t) {
  throw Error(ExitClass::internal, "no tile unit on this processor");
}

TileUnit::~TileUnit() = default;

#endif

}  // namespace phasescope::model
