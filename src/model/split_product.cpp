#include "split_product.h"

#include "split_terms.h"
#include "stopwatch.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::model {
namespace {

constexpr std::int64_t kPanel = 32;            // outputs of a panel: two tiles
constexpr std::int64_t kBlockRows = 32;        // rows that are multiplied together: two tiles
constexpr std::int64_t kCacheBytes = 1 << 20;  // terms of activations that stay in the second-level cache

std::int64_t quotient_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

std::int64_t SplitWeights::panels() const {
  return quotient_up(outputs_, kPanel);
}

/// Numbers of a panel.
std::int64_t SplitWeights::panel_size() const {
  return quotient_up(inputs_, kDepth) * terms_ * 2 * kTile;
}

void SplitWeights::lay_out(int terms) {
  terms_ = terms;
  tiles_ = SplitTerms(static_cast<std::size_t>(panels() * panel_size()));
}

bool SplitWeights::has_halves() const {
  return outputs_ % (2 * kPanel) == 0;
}

#ifdef PHASESCOPE_HAS_TILES

namespace {

/// [16 outputs][32 inputs] to the order in which a tile of weights is read: pairs of inputs, outputs within.
void interleave_pairs(const std::uint16_t* rows, std::uint16_t* tile) {
  std::uint32_t in[kTileRows][kTileRows], out[kTileRows][kTileRows];
  std::memcpy(in, rows, sizeof in);
  for (int n = 0; n < kTileRows; ++n) {
    for (int k = 0; k < kTileRows; ++k) out[k][n] = in[n][k];
  }
  std::memcpy(tile, out, sizeof out);
}

/// Weights [first, first + 16) of an output, zeros where there are none.
PHASESCOPE_TILES inline __m512 load_weights(const float* rows, std::int64_t outputs, std::int64_t inputs,
                                            std::int64_t output, std::int64_t first) {
  return load_part(rows + output * inputs + first, output < outputs ? inputs - first : 0);
}

/// One panel's weights, rounded: tiles of one term.
PHASESCOPE_TILES void round_rows(const float* rows, std::int64_t outputs, std::int64_t inputs,
                                 std::uint16_t* out) {
  alignas(64) std::uint16_t of_tile[kTile];
  for (std::int64_t first = 0; first < inputs; first += kDepth) {
    for (std::int64_t tile = 0; tile < 2; ++tile) {
      for (std::int64_t n = 0; n < kTileRows; ++n) {
        const std::int64_t output = tile * kTileRows + n;
        _mm512_store_si512(of_tile + n * kDepth,
                           rounded(load_weights(rows, outputs, inputs, output, first),
                                   load_weights(rows, outputs, inputs, output, first + kTileRows)));
      }
      interleave_pairs(of_tile, out);
      out += kTile;
    }
  }
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
          const ThreeTerms terms = split(load_weights(rows, outputs, inputs, output, first + half));
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
template <int kTerms, int kTermsOfInput, int kRowTiles>
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
    if constexpr (kTermsOfInput == 1) {
      PHASESCOPE_LOAD_WEIGHTS(0);
      PHASESCOPE_LOAD_INPUTS(0);
      PHASESCOPE_ADD_PRODUCTS();
    } else if constexpr (kTerms == 1) {
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
    first += kTermsOfInput * kTile;
    second += kTermsOfInput * kTile;
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

BlockKernel block_kernel(int terms, std::int64_t input_terms, std::int64_t row_tiles) {
  if (input_terms == 1) return row_tiles == 1 ? multiply_block<1, 1, 1> : multiply_block<1, 1, 2>;
  if (terms == 1) return row_tiles == 1 ? multiply_block<1, 3, 1> : multiply_block<1, 3, 2>;
  return row_tiles == 1 ? multiply_block<2, 3, 1> : multiply_block<2, 3, 2>;
}

}  // namespace

/// One product on its way: blocks of 32 rows times panels of 32 outputs.
struct SplitWeights::Product {
  const SplitWeights& weights;
  const SplitRows& x;
  const float* bias;

  std::int64_t rows_of(std::int64_t block) const {
    return std::min(kBlockRows, x.rows() - block * kBlockRows);
  }

  /// Tile registers for all blocks: a single one takes no more rows than it has.
  TileUnit unit() const {
    if (x.rows() > kBlockRows) return {kTileRows, kTileRows};
    const std::int64_t second = x.rows() - kTileRows;
    return {std::min(kTileRows, x.rows()), second > 0 ? second : kTileRows};
  }

  /// [32, 32] of the product; rows beyond the last are of no meaning.
  void run(std::int64_t panel, std::int64_t block, float* y, std::int64_t stride) const {
    const std::int64_t tiles = quotient_up(rows_of(block), kTileRows);
    const std::uint16_t* first = x.tile(2 * block);
    const std::uint16_t* second = x.tile(2 * block + tiles - 1);
    alignas(64) float panel_bias[kPanel] = {};
    if (bias != nullptr)
      std::copy_n(bias + panel * kPanel, std::min(kPanel, weights.outputs_ - panel * kPanel), panel_bias);
    const std::uint16_t* of_panel = weights.tiles_.data() + panel * weights.panel_size();
    block_kernel(weights.terms_, x.terms(), tiles)(first, second, of_panel, x.depth_blocks(), panel_bias, y,
                                                   stride);
  }

  /// The same into the matrix whose first element is of row 32 first_block and output 32 first_panel.
  void write(std::int64_t panel, std::int64_t block, std::int64_t first_panel, std::int64_t first_block,
             Matrix y) const {
    const std::int64_t row = (block - first_block) * kBlockRows;
    const std::int64_t column = (panel - first_panel) * kPanel;
    const std::int64_t rows = std::min(kBlockRows, y.rows - row);
    const std::int64_t columns = std::min(kPanel, y.columns - column);
    const bool whole_tiles = rows % kTileRows == 0 || x.rows() <= kBlockRows;
    if (whole_tiles && columns == kPanel) {
      run(panel, block, y.row(row) + column, y.stride);
      return;
    }
    alignas(64) float sums[kBlockRows * kPanel];
    run(panel, block, sums, kPanel);
    for (std::int64_t r = 0; r < rows; ++r) std::copy_n(sums + r * kPanel, columns, y.row(row + r) + column);
  }

  /// Calls body(unit, block) for all, over the threads: blocks of rows whose terms stay in the second-level
  /// cache, and units (panels, or pairs of them) in groups that keep all threads busy.
  template <class Body>
  void for_each(std::int64_t units, Body body) const {
    const std::int64_t blocks = quotient_up(x.rows(), kBlockRows);
    const std::int64_t bytes_of_block = 2 * x.tile_stride() * std::int64_t{sizeof(std::uint16_t)};
    const std::int64_t chunk = std::max<std::int64_t>(1, kCacheBytes / bytes_of_block);
    const std::int64_t chunks = quotient_up(blocks, chunk);
    const std::int64_t group = std::clamp<std::int64_t>(chunks * units / (8 * thread_count()), 1, 8);
    const std::int64_t groups = quotient_up(units, group);
#pragma omp parallel
    {
      const TileUnit tiles = unit();
#pragma omp for collapse(2) schedule(dynamic)
      for (std::int64_t c = 0; c < chunks; ++c) {
        for (std::int64_t g = 0; g < groups; ++g) {
          for (std::int64_t u = g * group; u < std::min(units, (g + 1) * group); ++u) {
            for (std::int64_t b = c * chunk; b < std::min(blocks, (c + 1) * chunk); ++b) body(u, b);
          }
        }
      }
    }
  }
};

void SplitWeights::round_panel(const WeightSource& source, std::int64_t index) {
  static thread_local std::vector<float> rows;
  const std::int64_t count = std::min(kPanel, source.outputs - index * kPanel);
  rows.resize(static_cast<std::size_t>(kPanel * source.inputs));
  source.convert(index * kPanel, count, rows.data());
  round_rows(rows.data(), count, source.inputs, tiles_.data() + index * panel_size());
}

/// How many terms the panel's weights need; it is kept if the matrix has as many.
int SplitWeights::pack_panel(const WeightSource& source, std::int64_t index) {
  static thread_local std::vector<float> rows;
  static thread_local SplitTerms all_terms;
  const std::int64_t depth_blocks = quotient_up(source.inputs, kDepth);
  const std::int64_t count = std::min(kPanel, source.outputs - index * kPanel);
  rows.resize(static_cast<std::size_t>(kPanel * source.inputs));
  all_terms.resize(static_cast<std::size_t>(depth_blocks * 2 * kInputTerms * kTile));
  source.convert(index * kPanel, count, rows.data());
  const int needed = split_panel(rows.data(), count, source.inputs, all_terms.data());
  if (needed > terms_) return needed;
  const std::int64_t kept = 2 * terms_ * kTile;
  std::uint16_t* panel = tiles_.data() + index * panel_size();
  for (std::int64_t d = 0; d < depth_blocks; ++d)
    std::copy_n(all_terms.data() + d * 2 * kInputTerms * kTile, kept, panel + d * kept);
  return needed;
}

/// How many terms the weights need; they are all kept if the matrix has as many.
int SplitWeights::pack_panels(const WeightSource& source) {
  std::atomic<int> needed{pack_panel(source, 0)};  // most that do not fit show it at once
  if (needed > terms_) return needed;
  parallel_for(panels() - 1, [&](std::int64_t p) {
    if (needed > terms_) return;
    const int of_panel = pack_panel(source, p + 1);
    int most = needed;
    while (of_panel > most && !needed.compare_exchange_weak(most, of_panel)) {
    }
  });
  return needed;
}

std::optional<SplitWeights> SplitWeights::pack(const WeightSource& source, OperandType operands) {
  SplitWeights packed;
  packed.outputs_ = source.outputs;
  packed.inputs_ = source.inputs;
  if (operands == OperandType::bfloat16) {
    packed.lay_out(1);
    packed.input_terms_ = 1;
    parallel_for(packed.panels(), [&](std::int64_t p) { packed.round_panel(source, p); });
    return packed;
  }
  for (const int terms : {1, 2}) {
    packed.lay_out(terms);
    if (packed.pack_panels(source) <= terms) return packed;
  }
  return std::nullopt;
}

void SplitWeights::multiply(const SplitRows& x, const float* bias, Matrix y) const {
  const Product product{*this, x, bias};
  product.for_each(panels(), [&](std::int64_t p, std::int64_t b) { product.write(p, b, 0, 0, y); });
}

void SplitWeights::multiply_part(const SplitRows& x, std::int64_t first_row, std::int64_t first_output,
                                 const float* bias, Matrix y) const {
  const Product product{*this, x, bias};
  const TileUnit tiles = product.unit();
  const std::int64_t first_panel = first_output / kPanel, first_block = first_row / kBlockRows;
  for (std::int64_t p = 0; p < quotient_up(y.columns, kPanel); ++p) {
    for (std::int64_t b = 0; b < quotient_up(y.rows, kBlockRows); ++b)
      product.write(first_panel + p, first_block + b, first_panel, first_block, y);
  }
}

double SplitWeights::multiply_gated(const SplitRows& x, const float* bias, const Gate& gate,
                                    SplitRows& y) const {
  const Product product{*this, x, bias};
  const std::int64_t half = panels() / 2;
  y.resize(x.rows(), outputs_ / 2, x.terms());
  SharedSeconds gate_seconds;
  product.for_each(half, [&](std::int64_t p, std::int64_t b) {
    alignas(64) float gates[kBlockRows * kPanel];
    alignas(64) float ups[kBlockRows * kPanel];
    product.run(p, b, gates, kPanel);
    product.run(half + p, b, ups, kPanel);
    const Stopwatch watch;
    const std::int64_t rows = product.rows_of(b);
    gate(gates, ups, rows * kPanel);
    for (std::int64_t r = 0; r < rows; ++r) y.put(b * kBlockRows + r, p * kPanel, gates + r * kPanel, kPanel);
    gate_seconds.add(watch.seconds());
  });
  return gate_seconds.total() / thread_count();
}

#else

void SplitWeights::round_panel(const WeightSource&, std::int64_t) {}

int SplitWeights::pack_panel(const WeightSource&, std::int64_t) {
  return 3;
}

int SplitWeights::pack_panels(const WeightSource&) {
  return 3;
}

std::optional<SplitWeights> SplitWeights::pack(const WeightSource& /*source*/, OperandType /*operands*/) {
  return std::nullopt;
}

namespace {

[[noreturn]] void throw_no_tile_unit() {
  throw Error(ExitClass::internal, "no tile unit on this processor");
}

}  // namespace

void SplitWeights::multiply(const SplitRows&, const float*, Matrix) const {
  throw_no_tile_unit();
}

void SplitWeights::multiply_part(const SplitRows&, std::int64_t, std::int64_t, const float*, Matrix) const {
  throw_no_tile_unit();
}

double SplitWeights::multiply_gated(const SplitRows&, const float*, const Gate&, SplitRows&) const {
  throw_no_tile_unit();
}

#endif

}  // namespace phasescope::model
