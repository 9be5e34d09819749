#include "split_product.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

#if defined(__x86_64__) && defined(__linux__)
#define PHASESCOPE_HAS_TILES 1
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define PHASESCOPE_TILES __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))
#endif

namespace phasescope::model {

std::uint64_t SplitWeights::bytes() const {
  std::uint64_t total = 0;
  for (const Panel& panel : panels_) total += panel.tiles.size() * sizeof(std::uint16_t);
  return total;
}

#ifdef PHASESCOPE_HAS_TILES

namespace {

constexpr std::int64_t kTileRows = 16;         // rows of a tile: activations' rows, or outputs
constexpr std::int64_t kDepth = 32;            // inputs that one tile covers
constexpr std::int64_t kTile = 512;            // numbers of a tile
constexpr std::int64_t kPanel = 32;            // outputs of a panel: two tiles
constexpr std::int64_t kInputTerms = 3;        // of an activation
constexpr std::int64_t kBlockTiles = 2;        // tiles of rows that are multiplied together
constexpr std::int64_t kCacheBytes = 1 << 20;  // terms of activations that stay in the second-level cache

std::int64_t quotient_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

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

PHASESCOPE_TILES void configure_tiles() {
  alignas(64) TileConfiguration configuration;
  for (int i = 0; i < 8; ++i) {
    configuration.row_bytes[i] = 64;
    configuration.rows[i] = kTileRows;
  }
  _tile_loadconfig(&configuration);
}

PHASESCOPE_TILES void release_tiles() {
  _tile_release();
}

struct ThreeTerms {
  __m256i high, middle, low;
};

PHASESCOPE_TILES inline __m512 widen(__m256i terms) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(terms), 16));
}

/// Each term is what remains, rounded to the nearest bfloat16; the remainders are exact.
PHASESCOPE_TILES inline ThreeTerms split(__m512 x) {
  ThreeTerms terms;
  terms.high = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x));
  const __m512 rest = _mm512_sub_ps(x, widen(terms.high));
  terms.middle = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(rest));
  terms.low = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_sub_ps(rest, widen(terms.middle))));
  return terms;
}

PHASESCOPE_TILES inline __m512 load_part(const float* from, std::int64_t count) {
  if (count >= kTileRows) return _mm512_loadu_ps(from);
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << std::max<std::int64_t>(0, count)) - 1U), from);
}

PHASESCOPE_TILES inline void store(std::uint16_t* to, __m256i terms) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), terms);
}

/// One row of up to 16 rows of activations: tiles [blocks of 32 inputs][term][16 rows][32].
PHASESCOPE_TILES void split_row(const float* row, std::int64_t inputs, std::uint16_t* out) {
  for (std::int64_t first = 0; first < inputs; first += kDepth) {
    for (std::int64_t half = 0; half < kDepth; half += kTileRows) {
      const ThreeTerms terms = split(load_part(row + first + half, inputs - first - half));
      store(out + half, terms.high);
      store(out + kTile + half, terms.middle);
      store(out + 2 * kTile + half, terms.low);
    }
    out += kInputTerms * kTile;
  }
}

/// [16 outputs][32 inputs] to the order in which a tile of weights is read: pairs of inputs, outputs within.
void interleave_pairs(const std::uint16_t* rows, std::uint16_t* tile) {
  std::uint32_t in[kTileRows][kTileRows], out[kTileRows][kTileRows];
  std::memcpy(in, rows, sizeof in);
  for (int n = 0; n < kTileRows; ++n) {
    for (int k = 0; k < kTileRows; ++k) out[k][n] = in[n][k];
  }
  std::memcpy(tile, out, sizeof out);
}

/// Terms of one panel's weights: tiles as Panel has them with all three terms. Returns how many are needed.
PHASESCOPE_TILES int split_panel(const float* rows, std::int64_t outputs, std::int64_t inputs,
                                 std::uint16_t* out) {
  __m256i second = _mm256_setzero_si256(), third = _mm256_setzero_si256();
  alignas(64) std::uint16_t terms_of_rows[kInputTerms][kTile];
  for (std::int64_t first = 0; first < inputs; first += kDepth) {
    for (std::int64_t tile = 0; tile < 2; ++tile) {
      for (std::int64_t n = 0; n < kTileRows; ++n) {
        const std::int64_t output = tile * kTileRows + n;
        for (std::int64_t half = 0; half < kDepth; half += kTileRows) {
          const std::int64_t left = output < outputs ? inputs - first - half : 0;
          const ThreeTerms terms = split(load_part(rows + output * inputs + first + half, left));
          const std::int64_t at = n * kDepth + half;
          store(terms_of_rows[0] + at, terms.high);
          store(terms_of_rows[1] + at, terms.middle);
          store(terms_of_rows[2] + at, terms.low);
          second = _mm256_or_si256(second, terms.middle);
          third = _mm256_or_si256(third, terms.low);
        }
      }
      for (std::int64_t term = 0; term < kInputTerms; ++term)
        interleave_pairs(terms_of_rows[term], out + (2 * term + tile) * kTile);
    }
    out += 2 * kInputTerms * kTile;
  }
  // A negative zero is no term.
  const __m256i sign = _mm256_set1_epi16(static_cast<short>(0x8000));
  const auto is_zero = [&](__m256i bits) {
    return _mm256_testz_si256(_mm256_andnot_si256(sign, bits), _mm256_set1_epi16(-1)) != 0;
  };
  if (!is_zero(third)) return 3;
  return is_zero(second) ? 1 : 2;
}

}  // namespace

namespace {

// Tiles 0 to 3 are sums [2 tiles of rows][2 tiles of outputs], 4 and 5 activations, 6 and 7 weights.
#define PHASESCOPE_LOAD_INPUTS(term)        \
  _tile_loadd(4, first + (term)*kTile, 64); \
  if constexpr (kRowTiles == 2) _tile_loadd(5, second + (term)*kTile, 64)
#define PHASESCOPE_LOAD_WEIGHTS(term)             \
  _tile_loadd(6, weights + 2 * (term)*kTile, 64); \
  _tile_loadd(7, weights + (2 * (term) + 1) * kTile, 64)
#define PHASESCOPE_ADD_PRODUCTS() \
  _tile_dpbf16ps(0, 4, 6);        \
  _tile_dpbf16ps(1, 4, 7);        \
  if constexpr (kRowTiles == 2) { \
    _tile_dpbf16ps(2, 5, 6);      \
    _tile_dpbf16ps(3, 5, 7);      \
  }

/// y [16 kRowTiles, 32] = bias + sum over inputs; rows of y are `stride` floats apart.
template <int kTerms, int kRowTiles>
PHASESCOPE_TILES void multiply_block(const std::uint16_t* first, const std::uint16_t* second,
                                     const std::uint16_t* weights, std::int64_t depth_blocks,
                                     const float* bias, float* y, std::int64_t stride) {
  // A row distance of 0 gives every row of the sums the same bias.
  _tile_loadd(0, bias, 0);
  _tile_loadd(1, bias + kTileRows, 0);
  if constexpr (kRowTiles == 2) {
    _tile_loadd(2, bias, 0);
    _tile_loadd(3, bias + kTileRows, 0);
  }
  for (std::int64_t d = 0; d < depth_blocks; ++d) {
    constexpr std::int64_t ahead = 4 * kTerms * 2 * kTile;
    for (std::int64_t line = 0; line < kTerms * 2 * kTile; line += 32)
      _mm_prefetch(reinterpret_cast<const char*>(weights + ahead + line), _MM_HINT_T0);
    if constexpr (kTerms == 1) {
      PHASESCOPE_LOAD_WEIGHTS(0);
      PHASESCOPE_LOAD_INPUTS(2);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_INPUTS(1);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_INPUTS(0);
      PHASESCOPE_ADD_PRODUCTS();
    } else {
      PHASESCOPE_LOAD_WEIGHTS(1);
      PHASESCOPE_LOAD_INPUTS(1);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_INPUTS(0);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_WEIGHTS(0);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_INPUTS(1);
      PHASESCOPE_ADD_PRODUCTS();
      PHASESCOPE_LOAD_INPUTS(2);
      PHASESCOPE_ADD_PRODUCTS();
    }
    first += kInputTerms * kTile;
    second += kInputTerms * kTile;
    weights += kTerms * 2 * kTile;
  }
  const auto row_bytes = static_cast<std::size_t>(stride) * sizeof(float);
  _tile_stored(0, y, row_bytes);
  _tile_stored(1, y + kTileRows, row_bytes);
  if constexpr (kRowTiles == 2) {
    _tile_stored(2, y + kTileRows * stride, row_bytes);
    _tile_stored(3, y + kTileRows * stride + kTileRows, row_bytes);
  }
}

#undef PHASESCOPE_LOAD_INPUTS
#undef PHASESCOPE_LOAD_WEIGHTS
#undef PHASESCOPE_ADD_PRODUCTS

using BlockKernel = void (*)(const std::uint16_t*, const std::uint16_t*, const std::uint16_t*, std::int64_t,
                             const float*, float*, std::int64_t);

BlockKernel block_kernel(int terms, std::int64_t row_tiles) {
  if (terms == 1) return row_tiles == 1 ? multiply_block<1, 1> : multiply_block<1, 2>;
  return row_tiles == 1 ? multiply_block<2, 1> : multiply_block<2, 2>;
}

}  // namespace

/// One product on its way: x as terms, then blocks of 32 rows times panels of 32 outputs.
struct SplitWeights::Product {
  const SplitWeights& weights;
  ConstMatrix x;
  const float* bias;
  Matrix y;
  std::uint16_t* terms;  ///< of x: 16 rows after 16 rows, each as split_row lays them out

  std::int64_t depth_blocks() const { return quotient_up(weights.inputs_, kDepth); }
  std::int64_t row_tiles() const { return quotient_up(x.rows, kTileRows); }
  std::int64_t row_blocks() const { return quotient_up(row_tiles(), kBlockTiles); }
  std::int64_t panels() const { return static_cast<std::int64_t>(weights.panels_.size()); }
  std::uint16_t* row_tile(std::int64_t tile) const {
    return terms + tile * depth_blocks() * kInputTerms * kTile;
  }

  void split_rows(std::int64_t tile) const {
    for (std::int64_t r = 0; r < kTileRows; ++r) {
      // Rows beyond the last give sums that nobody reads.
      const std::int64_t row = std::min(tile * kTileRows + r, x.rows - 1);
      split_row(x.row(row), x.columns, row_tile(tile) + r * kDepth);
    }
  }

  void multiply(std::int64_t p, std::int64_t block) const {
    const Panel& panel = weights.panels_[static_cast<std::size_t>(p)];
    const std::int64_t row = block * kBlockTiles * kTileRows;
    const std::int64_t rows = std::min(kBlockTiles * kTileRows, x.rows - row);
    const std::int64_t columns = std::min(kPanel, y.columns - p * kPanel);
    const std::int64_t tiles = quotient_up(rows, kTileRows);
    const std::uint16_t* first = row_tile(block * kBlockTiles);
    const std::uint16_t* second = row_tile(block * kBlockTiles + tiles - 1);
    alignas(64) float panel_bias[kPanel] = {};
    if (bias != nullptr) std::copy_n(bias + p * kPanel, columns, panel_bias);
    const BlockKernel kernel = block_kernel(panel.terms, tiles);
    const std::uint16_t* of_panel = panel.tiles.data();
    if (rows == tiles * kTileRows && columns == kPanel) {
      kernel(first, second, of_panel, depth_blocks(), panel_bias, y.row(row) + p * kPanel, y.stride);
      return;
    }
    alignas(64) float whole[kBlockTiles * kTileRows * kPanel];
    kernel(first, second, of_panel, depth_blocks(), panel_bias, whole, kPanel);
    for (std::int64_t r = 0; r < rows; ++r)
      std::copy_n(whole + r * kPanel, columns, y.row(row + r) + p * kPanel);
  }
};

bool SplitWeights::available() {
  static const bool answer = has_tile_unit() && permitted();
  return answer;
}

/// How many terms the panel's weights need; up to two are kept.
int SplitWeights::pack_panel(const WeightSource& source, std::int64_t index) {
  static thread_local std::vector<float> rows;
  static thread_local SplitTerms all_terms;
  const std::int64_t depth_blocks = quotient_up(source.inputs, kDepth);
  const std::int64_t count = std::min(kPanel, source.outputs - index * kPanel);
  rows.resize(static_cast<std::size_t>(kPanel * source.inputs));
  all_terms.resize(static_cast<std::size_t>(depth_blocks * 2 * kInputTerms * kTile));
  source.convert(index * kPanel, count, rows.data());
  Panel& panel = panels_[static_cast<std::size_t>(index)];
  panel.terms = split_panel(rows.data(), count, source.inputs, all_terms.data());
  if (panel.terms > 2) return panel.terms;
  const std::int64_t kept = 2 * panel.terms * kTile;
  panel.tiles.resize(static_cast<std::size_t>(depth_blocks * kept));
  for (std::int64_t d = 0; d < depth_blocks; ++d) {
    std::copy_n(all_terms.data() + d * 2 * kInputTerms * kTile, kept, panel.tiles.data() + d * kept);
  }
  return panel.terms;
}

std::optional<SplitWeights> SplitWeights::pack(const WeightSource& source) {
  SplitWeights packed;
  packed.outputs_ = source.outputs;
  packed.inputs_ = source.inputs;
  packed.panels_.resize(static_cast<std::size_t>(quotient_up(source.outputs, kPanel)));
  if (packed.pack_panel(source, 0) > 2) return std::nullopt;  // most that do not fit show it at once
  std::atomic<bool> fits{true};
  parallel_for(static_cast<std::int64_t>(packed.panels_.size()) - 1, [&](std::int64_t p) {
    if (fits && packed.pack_panel(source, p + 1) > 2) fits = false;
  });
  if (!fits) return std::nullopt;
  return packed;
}

void SplitWeights::multiply(ConstMatrix x, const float* bias, Matrix y, SplitTerms& scratch) const {
  Product product{*this, x, bias, y, nullptr};
  const std::int64_t row_tiles = product.row_tiles();
  const std::int64_t tile_numbers = product.depth_blocks() * kInputTerms * kTile;
  const auto needed = static_cast<std::size_t>(row_tiles * tile_numbers);
  if (scratch.size() < needed) scratch = SplitTerms(needed);
  product.terms = scratch.data();
  // Blocks of rows whose terms stay in the second-level cache, and panels in groups that keep all threads
  // busy.
  const std::int64_t blocks = product.row_blocks();
  const std::int64_t chunk =
      std::max<std::int64_t>(1, kCacheBytes / (kBlockTiles * tile_numbers * std::int64_t{2}));
  const std::int64_t chunks = quotient_up(blocks, chunk);
  const std::int64_t panels = product.panels();
  const std::int64_t group = std::clamp<std::int64_t>(chunks * panels / (8 * thread_count()), 1, 8);
  const std::int64_t groups = quotient_up(panels, group);
#pragma omp parallel
  {
#pragma omp for schedule(static)
    for (std::int64_t t = 0; t < row_tiles; ++t) product.split_rows(t);
    configure_tiles();
#pragma omp for collapse(2) schedule(dynamic)
    for (std::int64_t c = 0; c < chunks; ++c) {
      for (std::int64_t g = 0; g < groups; ++g) {
        for (std::int64_t p = g * group; p < std::min(panels, (g + 1) * group); ++p) {
          for (std::int64_t b = c * chunk; b < std::min(blocks, (c + 1) * chunk); ++b) product.multiply(p, b);
        }
      }
    }
    release_tiles();
  }
}

#else

bool SplitWeights::available() {
  return false;
}

int SplitWeights::pack_panel(const WeightSource&, std::int64_t) {
  return 3;
}

std::optional<SplitWeights> SplitWeights::pack(const WeightSource& /*source*/) {
  return std::nullopt;
}

void SplitWeights::multiply(ConstMatrix, const float*, Matrix, SplitTerms&) const {
  throw Error(ExitClass::internal, "no tile unit on this processor");
}

#endif

}  // namespace phasescope::model
