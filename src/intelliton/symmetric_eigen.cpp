#include "symmetric_eigen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// One entry of each matrix. A vector type of the compiler: Eigen's selections by condition are not
/// vectorised.
typedef double Lanes
    __attribute__((vector_size(kEigenLanes * sizeof(double)), aligned(alignof(double)), may_alias));
using Mask = decltype(Lanes() < Lanes());

Lanes square_root(Lanes x) {
  for (std::size_t lane = 0; lane < kEigenLanes; ++lane) x[lane] = std::sqrt(x[lane]);
  return x;
}

Lanes magnitude(Lanes x) {
  return x < 0 ? -x : x;
}

bool any_of(Mask mask) {
  long long found = 0;
  for (std::size_t lane = 0; lane < kEigenLanes; ++lane) found |= mask[lane];
  return found != 0;
}

struct Rotation {
  Lanes cosine, sine;

  void turn(Lanes& a, Lanes& b) const {
    const Lanes before = a;
    a = cosine * before - sine * b;
    b = sine * before + cosine * b;
  }
};

/// Up to kEigenLanes matrices of n rows, entry by entry.
class JacobiRotations {
 public:
  JacobiRotations(const EigenProblem* problems, std::size_t count)
      : rows_(largest(problems, count)), entries_(MatrixXd::Zero(kLanes, rows_ * rows_)), vectors_(entries_) {
    for (std::size_t lane = 0; lane < count; ++lane) fill(*problems[lane].matrix, static_cast<Index>(lane));
  }

  void diagonalise() {
    constexpr int most_sweeps = 50;  // six or seven are usual
    for (int sweep = 0; sweep < most_sweeps; ++sweep)
      if (!rotate_all()) return;
  }

  EigenPairs pairs(std::size_t lane, const EigenProblem& problem) const {
    const auto l = static_cast<Index>(lane);
    const auto value = [&](Index i) { return entries_(l, place(i, i)); };
    const Index rows = problem.matrix->rows();
    std::array<Index, kMostEigenRows> order;
    std::iota(order.begin(), order.begin() + rows, Index{0});
    std::stable_sort(order.begin(), order.begin() + rows,
                     [&](Index a, Index b) { return value(a) > value(b); });
    EigenPairs result{Eigen::VectorXd(problem.count), MatrixXd(rows, problem.count)};
    for (Index i = 0; i < problem.count; ++i) {
      const Index from = order[static_cast<std::size_t>(i)];
      result.values(i) = value(from);
      for (Index t = 0; t < rows; ++t) result.vectors(t, i) = vectors_(l, place(from, t));
    }
    return result;
  }

 private:
  static constexpr auto kLanes = static_cast<Index>(kEigenLanes);

  static Index largest(const EigenProblem* problems, std::size_t count) {
    Index rows = 0;
    for (std::size_t lane = 0; lane < count; ++lane) rows = std::max(rows, problems[lane].matrix->rows());
    return rows;
  }

  Index place(Index i, Index j) const { return i * rows_ + j; }
  Lanes* entry(Index i, Index j) {  // i <= j: the upper triangle
    return reinterpret_cast<Lanes*>(entries_.data()) + place(i, j);
  }

  void fill(const MatrixXd& matrix, Index lane) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      for (Index j = i; j < matrix.rows(); ++j) entries_(lane, place(i, j)) = matrix(i, j);
    }
    for (Index i = 0; i < rows_; ++i) vectors_(lane, place(i, i)) = 1;
    floor_[lane] = 1e-20 * matrix.trace();
  }

  /// One rotation for each entry above the diagonal, row by row; false when there was none. Entries of one
  /// antidiagonal share no row, so taking them together changes nothing but that a processor can work on
  /// several.
  bool rotate_all() {
    bool any = false;
    for (Index sum = 1; sum < 2 * rows_ - 2; ++sum) {
      for (Index p = std::max<Index>(0, sum - rows_ + 1); 2 * p < sum; ++p) any = rotate(p, sum - p) || any;
    }
    return any;
  }

  /// Makes entry (p, q) 0. What is below the rounding of the two rows stays.
  bool rotate(Index p, Index q) {
    constexpr double rounding = 0x1p-50;
    Lanes &off = *entry(p, q), &first = *entry(p, p), &second = *entry(q, q);
    const Mask large =
        (off * off > rounding * rounding * magnitude(first * second)) & (magnitude(off) > floor_);
    if (!any_of(large)) return false;
    const Lanes twice = large ? 2 * off : Lanes{};
    const Lanes difference = second - first;
    const Lanes longer = magnitude(difference) + square_root(difference * difference + twice * twice);
    const Lanes tangent = twice / (difference < 0 ? -longer : longer + std::numeric_limits<double>::min());
    const Lanes cosine = 1 / square_root(1 + tangent * tangent);
    first -= tangent * twice / 2;
    second += tangent * twice / 2;
    off = large ? Lanes{} : off;
    turn_all({cosine, tangent * cosine}, p, q);
    return true;
  }

  void turn_all(Rotation rotation, Index p, Index q) {
    const Index n = rows_;
    const auto turn = [=](Lanes* a, Lanes* b, Index count, Index a_step, Index b_step) {
      for (Index i = 0; i < count; ++i) rotation.turn(a[i * a_step], b[i * b_step]);
    };
    turn(entry(0, p), entry(0, q), p, n, n);
    turn(entry(p, p + 1), entry(p + 1, q), q - p - 1, 1, n);
    turn(entry(p, q + 1), entry(q, q + 1), n - q - 1, 1, 1);
    Lanes* vectors = reinterpret_cast<Lanes*>(vectors_.data());
    turn(vectors + place(p, 0), vectors + place(q, 0), n, 1, 1);
  }

  Index rows_;
  MatrixXd entries_;  // [lanes, n n]
  MatrixXd vectors_;  // [lanes, n n], row i of n: the vector whose value is entry (i, i)
  Lanes floor_ = {};
};

}  // namespace

std::vector<EigenPairs> symmetric_eigenpairs(const std::vector<EigenProblem>& problems) {
  std::vector<EigenPairs> results;
  results.reserve(problems.size());
  for (std::size_t first = 0; first < problems.size(); first += kEigenLanes) {
    const std::size_t count = std::min(kEigenLanes, problems.size() - first);
    JacobiRotations rotations(problems.data() + first, count);
    rotations.diagonalise();
    for (std::size_t lane = 0; lane < count; ++lane)
      results.push_back(rotations.pairs(lane, problems[first + lane]));
  }
  return results;
}

}  // namespace phasescope::intelliton
