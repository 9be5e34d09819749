#include "norm.h"

#include "lanes.h"

#include <cmath>

namespace phasescope::model {
namespace {

using checkpoint::NormKind;
using lanes::Lanes;

/// Sum over a row of what `term` makes of its numbers, sixteen at a time; of numbers after the last it must
/// be 0.
template <class Term>
float sum_over_row(std::int64_t width, Term term) {
  constexpr std::int64_t step = 2 * lanes::kLanes;
  Lanes even = {}, odd = {};
  std::int64_t c = 0;
  for (; c + step <= width; c += step) {
    even = term(even, c, lanes::kLanes);
    odd = term(odd, c + lanes::kLanes, lanes::kLanes);
  }
  for (; c < width; c += lanes::kLanes) even = term(even, c, width - c);
  return lanes::sum(even + odd);
}

/// Numbers [column, column + 16) of a row of which `left` are left, `rest` after them.
Lanes numbers(const float* row, std::int64_t column, std::int64_t left, float rest = 0) {
  return left >= lanes::kLanes ? lanes::load(row + column) : lanes::load_part(row + column, left, rest);
}

float mean_of(const float* x, std::int64_t width) {
  const float sum = sum_over_row(width, [x](Lanes so_far, std::int64_t column, std::int64_t left) {
    return so_far + numbers(x, column, left);
  });
  return sum / static_cast<float>(width);
}

float mean_square_from(float center, const float* x, std::int64_t width) {
  const float sum = sum_over_row(width, [=](Lanes so_far, std::int64_t column, std::int64_t left) {
    const Lanes distance = numbers(x, column, left, center) - center;
    return lanes::multiply_add(distance, distance, so_far);
  });
  return sum / static_cast<float>(width);
}

/// Zero mean where the kind asks for it, then unit root mean square, then scale and bias.
void normalize(NormKind kind, float epsilon, const NormTensor& norm, const float* input, float* output,
               std::int64_t width) {
  const float mean = kind == NormKind::layer ? mean_of(input, width) : 0;
  const float inverse = 1.0F / std::sqrt(mean_square_from(mean, input, width) + epsilon);
  const float offset = kind == NormKind::rms_unit_offset ? 1.0F : 0.0F;
  for (std::int64_t c = 0; c < width; c += lanes::kLanes) {
    const std::int64_t left = width - c;
    Lanes y = (numbers(input, c, left) - mean) * inverse;
    if (norm.scale != nullptr) y *= numbers(norm.scale, c, left) + offset;
    if (norm.bias != nullptr) y += numbers(norm.bias, c, left);
    if (left >= lanes::kLanes) {
      lanes::store(output + c, y);
    } else {
      lanes::store_part(output + c, y, left);
    }
  }
}

/// sum = before + scale * added.
void add_rows(const float* before, float scale, const float* added, float* sum, std::int64_t width) {
  std::int64_t c = 0;
  for (; c + lanes::kLanes <= width; c += lanes::kLanes)
    lanes::store(sum + c, lanes::load(before + c) + scale * lanes::load(added + c));
  for (; c < width; ++c) sum[c] = before[c] + scale * added[c];
}

/// Rows come from far: the next is asked for while this one is computed.
void fetch_row(const float* row, std::int64_t width) {
  constexpr std::int64_t line = 64 / sizeof(float);
  for (std::int64_t c = 0; c < width; c += line) __builtin_prefetch(row + c);
}

/// A row for a product to read.
void normalize_row(NormKind kind, float epsilon, const NormTensor& norm, const float* input,
                   const ProductRows& output, std::int64_t row, std::int64_t width) {
  if (!output.are_terms()) {
    normalize(kind, epsilon, norm, input, output.values().row(row), width);
    return;
  }
  static thread_local Buffer normed;
  normed.resize(static_cast<std::size_t>(width));
  normalize(kind, epsilon, norm, input, normed.data(), width);
  output.put(row, 0, normed.data(), width);
}

}  // namespace

void normalize_vector(NormKind kind, double epsilon, const NormTensor& norm, float* x, std::int64_t width) {
  normalize(kind, static_cast<float>(epsilon), norm, x, x, width);
}

void normalize_rows(NormKind kind, double epsilon, const NormTensor& norm, ConstMatrix x,
                    const ProductRows& y) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    if (r + 1 < x.rows) fetch_row(x.row(r + 1), x.columns);
    normalize_row(kind, static_cast<float>(epsilon), norm, x.row(r), y, r, x.columns);
  }
}

void end_branch(const BranchEnd& end, ConstMatrix before, Matrix branch, Matrix sum,
                const ProductRows& next) {
  const auto epsilon = static_cast<float>(end.epsilon);
  const std::int64_t width = sum.columns;
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < sum.rows; ++r) {
    if (r + 1 < sum.rows) {
      fetch_row(before.row(r + 1), width);
      fetch_row(branch.row(r + 1), width);
    }
    float* added = branch.row(r);
    if (end.branch_norm != nullptr) normalize(end.kind, epsilon, *end.branch_norm, added, added, width);
    add_rows(before.row(r), end.scale, added, sum.row(r), width);
    if (end.residual_norm != nullptr)
      normalize(end.kind, epsilon, *end.residual_norm, sum.row(r), sum.row(r), width);
    if (end.next_norm != nullptr)
      normalize_row(end.kind, epsilon, *end.next_norm, sum.row(r), next, r, width);
  }
}

}  // namespace phasescope::model
