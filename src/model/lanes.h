#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

/// Sixteen floats at a time, for loops that a library's expressions do not make fast. With AVX-512 each
/// operation is an instruction; elsewhere the compiler splits it, and the results differ by rounding alone.
namespace phasescope::model::lanes {

constexpr std::int64_t kLanes = 16;

#ifdef __AVX512F__
using Lanes = __m512;
#else
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
#endif

/// `count` rounded up to whole vectors.
inline std::int64_t padded(std::int64_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

inline Lanes load(const float* from) {
  Lanes value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void store(float* to, Lanes value) {
  std::memcpy(to, &value, sizeof value);
}

inline Lanes all(float value) {
  return value - Lanes{};
}

#ifdef __AVX512F__

/// GCC 12 sees uninitialised variables in intrinsics without a mask.
constexpr __mmask16 kAllLanes = 0xFFFF;

/// The first `count` lanes; none where it is negative, all where it is larger than their number.
inline __mmask16 first_lanes(std::int64_t count) {
  const auto kept = static_cast<unsigned>(std::clamp<std::int64_t>(count, 0, kLanes));
  return static_cast<__mmask16>((1U << kept) - 1U);
}

/// The first `count` numbers, `rest` in the lanes after them.
inline Lanes load_part(const float* from, std::int64_t count, float rest = 0) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(rest), first_lanes(count), from);
}

inline void store_part(float* to, Lanes value, std::int64_t count) {
  _mm512_mask_storeu_ps(to, first_lanes(count), value);
}

/// Lanes [begin, end) of x, `rest` in the others.
inline Lanes between(Lanes x, std::int64_t begin, std::int64_t end, float rest) {
  const auto kept = static_cast<__mmask16>(first_lanes(end) & ~first_lanes(begin));
  return _mm512_mask_mov_ps(_mm512_set1_ps(rest), kept, x);
}

inline Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
  return _mm512_fmadd_ps(a, b, c);
}

/// The larger of two numbers; b where either is none.
inline Lanes larger(Lanes a, Lanes b) {
  return _mm512_maskz_max_ps(kAllLanes, a, b);
}

inline Lanes smaller(Lanes a, Lanes b) {
  return _mm512_maskz_min_ps(kAllLanes, a, b);
}

inline Lanes absolute(Lanes x) {
  return _mm512_abs_ps(x);
}

/// `of_negative` where x is negative, else `otherwise`.
inline Lanes by_sign(Lanes x, Lanes of_negative, Lanes otherwise) {
  return _mm512_mask_mov_ps(otherwise, _mm512_cmp_ps_mask(x, Lanes{}, _CMP_LT_OQ), of_negative);
}

/// x 2^exponent of whole exponents up to 127; 0 where they are below -125, since subnormal results take many
/// times as long.
inline Lanes scaled_by_power(Lanes x, Lanes exponent) {
  const __mmask16 kept = _mm512_cmp_ps_mask(exponent, all(-125), _CMP_NLT_UQ);
  return _mm512_maskz_scalef_ps(kept, x, exponent);
}

/// a / b of b in [1, 2], to two units in the last place. A division would keep the divider busy for as long
/// as everything else of an activation takes.
inline Lanes quotient(Lanes a, Lanes b) {
  const Lanes estimate = _mm512_maskz_rcp14_ps(kAllLanes, b);  // 14 bits, of which a Newton step makes 28
  return a * multiply_add(estimate, _mm512_fnmadd_ps(b, estimate, all(1)), estimate);
}

#else

inline Lanes load_part(const float* from, std::int64_t count, float rest = 0) {
  float part[kLanes];
  const std::int64_t kept = std::clamp<std::int64_t>(count, 0, kLanes);
  std::fill(std::copy_n(from, kept, part), part + kLanes, rest);
  return load(part);
}

inline void store_part(float* to, Lanes value, std::int64_t count) {
  float part[kLanes];
  store(part, value);
  std::copy_n(part, std::clamp<std::int64_t>(count, 0, kLanes), to);
}

inline Lanes between(Lanes x, std::int64_t begin, std::int64_t end, float rest) {
  for (int lane = 0; lane < kLanes; ++lane) x[lane] = lane >= begin && lane < end ? x[lane] : rest;
  return x;
}

inline Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
  return a * b + c;
}

inline Lanes larger(Lanes a, Lanes b) {
  return a > b ? a : b;
}

inline Lanes smaller(Lanes a, Lanes b) {
  return a < b ? a : b;
}

inline Lanes absolute(Lanes x) {
  return x < 0 ? -x : x;
}

inline Lanes by_sign(Lanes x, Lanes of_negative, Lanes otherwise) {
  return x < 0 ? of_negative : otherwise;
}

inline Lanes scaled_by_power(Lanes x, Lanes exponent) {
  using Integers = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));
  const Integers whole = __builtin_convertvector(larger(all(-126), exponent), Integers);
  return exponent < -125 ? Lanes{} : x * reinterpret_cast<Lanes>((whole + 127) << 23);
}

inline Lanes quotient(Lanes a, Lanes b) {
  return a / b;
}

#endif

/// Lanes 0 to 7, and 8 to 15.
inline auto first_half(Lanes x) {
  return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
}
inline auto last_half(Lanes x) {
  return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// Of all lanes: halves of the vector, of the half and so on, each on the other.
inline float sum(Lanes x) {
  const auto eight = first_half(x) + last_half(x);
  const auto four =
      __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  const auto two = __builtin_shufflevector(four, four, 0, 1) + __builtin_shufflevector(four, four, 2, 3);
  return two[0] + two[1];
}

inline double sum_in_double(Lanes x) {
  using Doubles = double __attribute__((vector_size(kLanes / 2 * sizeof(double))));
  const Doubles eight =
      __builtin_convertvector(first_half(x), Doubles) + __builtin_convertvector(last_half(x), Doubles);
  const auto four =
      __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  const auto two = __builtin_shufflevector(four, four, 0, 1) + __builtin_shufflevector(four, four, 2, 3);
  return two[0] + two[1];
}

inline float largest(Lanes x) {
  const Lanes eight =
      larger(x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const Lanes four =
      larger(eight, __builtin_shufflevector(eight, eight, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  return std::max({four[0], four[1], four[2], four[3]});
}

/// a0 b0 a1 b1 .. a7 b7.
inline Lanes interleave_first(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/// a8 b8 .. a15 b15.
inline Lanes interleave_last(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/// Vectors that take the same steps side by side: each step waits for the one before, so that one vector
/// alone leaves the units idle.
template <int count>
struct Group {
  Lanes of[count];
};

template <class Step, int count>
inline Group<count> each(Step step, Group<count> a) {
  for (Lanes& x : a.of) x = step(x);
  return a;
}

template <class Step, int count>
inline Group<count> each(Step step, Group<count> a, const Group<count>& b) {
  for (int i = 0; i < count; ++i) a.of[i] = step(a.of[i], b.of[i]);
  return a;
}

/// From here down exponential() is 0.
constexpr float kLowestExponent = -88;

/// e^x for x up to 88, or not a number; 0 where it is less than 2^-125.5. e^x = 2^n e^r with n the whole
/// number next to x / ln 2; ln 2 is subtracted in two parts, the first short enough for n times it to be
/// exact (Cody and Waite 1980). e^r is a polynomial that errs by 3e-9 of e^r on [-ln 2 / 2, ln 2 / 2] (found
/// by iteratively reweighted least squares). In all less than one unit in the last place and a half.
template <int count>
inline Group<count> exponential(const Group<count>& x) {
  constexpr float coefficients[] = {0x1.123a1ep-7F, 0x1.5558f4p-5F, 0x1.555492p-3F, 0x1.fffffcp-2F, 1, 1};
  const Lanes rounding = all(0x1.8p23F);  // adding it leaves no digits after the point
  const Group<count> n =
      each([&](Lanes a) { return multiply_add(a, all(1.44269504088896341F), rounding) - rounding; }, x);
  Group<count> r = each([](Lanes a, Lanes of) { return multiply_add(a, all(-0.693359375F), of); }, n, x);
  r = each([](Lanes a, Lanes of) { return multiply_add(a, all(2.12194440e-4F), of); }, n, r);
  Group<count> power = each([](Lanes) { return all(0x1.6a23bap-10F); }, r);
  for (const float coefficient : coefficients)
    power = each([&](Lanes a, Lanes of) { return multiply_add(a, of, all(coefficient)); }, power, r);
  return each(scaled_by_power, power, n);
}

inline Lanes exponential(Lanes x) {
  return exponential(Group<1>{{x}}).of[0];
}

/// 1 / (1 + e^-x), of e^-|x|: nothing overflows.
template <int count>
inline Group<count> logistic(const Group<count>& x) {
  const Group<count> power = exponential(each([](Lanes a) { return -absolute(a); }, x));
  const Group<count> above = each([](Lanes a, Lanes p) { return by_sign(a, p, all(1)); }, x, power);
  return each([](Lanes a, Lanes p) { return quotient(a, all(1) + p); }, above, power);
}

/// 16 rows of 16 numbers to 16 columns, in place: four times every row meets the one that stands half of the
/// rows below.
inline void transpose(Lanes rows[kLanes]) {
  for (int round = 0; round < 4; ++round) {
    Lanes mixed[kLanes];
    for (std::int64_t pair = 0; pair < kLanes / 2; ++pair) {
      mixed[2 * pair] = interleave_first(rows[pair], rows[pair + kLanes / 2]);
      mixed[2 * pair + 1] = interleave_last(rows[pair], rows[pair + kLanes / 2]);
    }
    std::copy_n(mixed, kLanes, rows);
  }
}

/// The sum over each of 16 rows, in the order of the rows.
inline Lanes sums_of_rows(const Lanes rows[kLanes]) {
  Lanes sums[kLanes];
  std::copy_n(rows, kLanes, sums);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::int64_t r = 0; r < half; ++r)
      sums[r] = interleave_first(sums[r], sums[r + half]) + interleave_last(sums[r], sums[r + half]);
  }
  return sums[0];
}

}  // namespace phasescope::model::lanes
