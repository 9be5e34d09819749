#pragma once

#include "tile_unit.h"

#include <algorithm>
#include <cstdint>

#ifdef PHASESCOPE_HAS_TILES

/// How a float32 number becomes bfloat16 terms, sixteen numbers at a time.
namespace phasescope::model {

struct ThreeTerms {
  __m256i high, middle, low;
};

PHASESCOPE_TILES inline __m512 widen(__m256i terms) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(terms), 16));
}

/// The nearest bfloat16 numbers, ties to even.
PHASESCOPE_TILES inline __m256i rounded(__m512 x) {
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x));
}

/// Each term is what remains, rounded to the nearest bfloat16; the remainders are exact.
PHASESCOPE_TILES inline ThreeTerms split(__m512 x) {
  ThreeTerms terms;
  terms.high = rounded(x);
  const __m512 rest = _mm512_sub_ps(x, widen(terms.high));
  terms.middle = rounded(rest);
  terms.low = rounded(_mm512_sub_ps(rest, widen(terms.middle)));
  return terms;
}

/// The nearest bfloat16 numbers of 32: a row of a tile.
PHASESCOPE_TILES inline __m512i rounded(__m512 first, __m512 last) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(last, first));
}

struct ThreeTermsOf32 {
  __m512i high, middle, low;
};

PHASESCOPE_TILES inline __m512 widen_first(__m512i terms) {
  return widen(_mm512_castsi512_si256(terms));
}
PHASESCOPE_TILES inline __m512 widen_last(__m512i terms) {
  return widen(_mm512_extracti64x4_epi64(terms, 1));
}

/// As split() of 16.
PHASESCOPE_TILES inline ThreeTermsOf32 split(__m512 first, __m512 last) {
  ThreeTermsOf32 terms;
  terms.high = rounded(first, last);
  first = _mm512_sub_ps(first, widen_first(terms.high));
  last = _mm512_sub_ps(last, widen_last(terms.high));
  terms.middle = rounded(first, last);
  terms.low =
      rounded(_mm512_sub_ps(first, widen_first(terms.middle)), _mm512_sub_ps(last, widen_last(terms.middle)));
  return terms;
}

/// Up to 16 numbers, zeros after them.
PHASESCOPE_TILES inline __m512 load_part(const float* from, std::int64_t count) {
  if (count >= kTileRows) return _mm512_loadu_ps(from);
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << std::max<std::int64_t>(0, count)) - 1U), from);
}

PHASESCOPE_TILES inline void store(std::uint16_t* to, __m256i terms) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), terms);
}

}  // namespace phasescope::model

#endif
