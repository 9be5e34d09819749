#include "phasescope/intelliton/bounded_least_squares.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/QR>
#include <Eigen/SVD>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kTolerance = 1e-8;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Vectors and matrices over N parameters; N is Eigen::Dynamic where it is not known beforehand. Known sizes
/// need no memory of their own, which is most of the time of a small fit.
template <int N>
struct Sizes {
  using Vector = Eigen::Matrix<double, N, 1>;
  using Array = Eigen::Array<double, N, 1>;
  using Jacobian = Eigen::Matrix<double, Eigen::Dynamic, N>;
};

template <int N>
using Parameters = typename Sizes<N>::Vector;

template <int N>
struct Bounds {
  using Vector = Parameters<N>;

  Vector lower;
  Vector upper;

  bool contain(const Vector& x) const {
    return (x.array() >= lower.array()).all() && (x.array() <= upper.array()).all();
  }
  /// Moves parameters that sit on a bound into the interior by `margin` (relative to the bound, at least
  /// that), or to the next representable number when it is 0.
  Vector interior(Vector x, double margin) const {
    for (Index i = 0; i < x.size(); ++i) {
      if (x(i) <= lower(i)) x(i) = inward(lower(i), upper(i), margin);
      if (x(i) >= upper(i)) x(i) = inward(upper(i), lower(i), margin);
    }
    return x;
  }
  /// How far x may go along `direction` before it meets a bound.
  double distance(const Vector& x, const Vector& direction) const {
    double nearest = kInfinity;
    for (Index i = 0; i < x.size(); ++i) nearest = std::min(nearest, distance(x, direction, i));
    return nearest;
  }
  double distance(const Vector& x, const Vector& direction, Index i) const {
    if (direction(i) == 0) return kInfinity;
    return std::max((lower(i) - x(i)) / direction(i), (upper(i) - x(i)) / direction(i));
  }

 private:
  static double inward(double from, double to, double margin) {
    if (margin == 0) return std::nextafter(from, to);
    return from + (to > from ? 1 : -1) * margin * std::max(1.0, std::abs(from));
  }
};

/// Everything known at one iterate. Hats of the paper are the variables scaled by d = sqrt(v).
template <int N>
struct Iterate {
  using Vector = Parameters<N>;

  Vector x;
  VectorXd residuals;
  double cost = 0;
  Vector scale;      // d, Coleman-Li scaling
  Vector curvature;  // diagonal that the scaling adds to the Hessian of the scaled problem
  typename Sizes<N>::Jacobian jacobian_hat;  // J D
  Vector gradient_hat;                       // D g
  double optimality = 0;                     // |D^2 g|_inf
};

/// The model m(s) = g.s + s.(J^T J + C) s / 2 in hat variables, along start + t * direction: a t^2 + b t + c.
struct Parabola {
  double a, b, c;

  double at(double t) const { return t * (a * t + b) + c; }
  double minimiser(double low, double high) const {
    double best = at(high) < at(low) ? high : low;
    const double vertex = a != 0 ? -b / (2 * a) : low;
    if (low < vertex && vertex < high && at(vertex) < at(best)) best = vertex;
    return best;
  }
};

template <int N>
Parabola model_along(const Iterate<N>& at, const Parameters<N>& start, const Parameters<N>& direction) {
  const VectorXd u = at.jacobian_hat * start;
  const VectorXd v = at.jacobian_hat * direction;
  const typename Sizes<N>::Array bend = at.curvature.array() * direction.array();
  return {(v.squaredNorm() + (direction.array() * bend).sum()) / 2,
          at.gradient_hat.dot(direction) + u.dot(v) + (start.array() * bend).sum(),
          u.squaredNorm() / 2 + at.gradient_hat.dot(start) +
              (start.array().square() * at.curvature.array()).sum() / 2};
}

/// model_along at one step from 0.
template <int N>
double model_value(const Iterate<N>& at, const Parameters<N>& step) {
  const typename Sizes<N>::Array bend = at.curvature.array() * step.array();
  const VectorXd along = at.jacobian_hat * step;
  return (along.squaredNorm() + (step.array() * bend).sum()) / 2 + at.gradient_hat.dot(step);
}

/// min |J p + f| over |p| <= radius, from the singular values of the (augmented, scaled) Jacobian. `damping`
/// is the Levenberg-Marquardt parameter: the start of its search, and its result.
template <int N>
class TrustRegionStep {
 public:
  using Vector = Parameters<N>;
  using Square = Eigen::Matrix<double, N, N>;

  /// [J f] = Q [R Q^T f], R = U S V^T: the small triangle has the singular values of the whole. `beside` is
  /// [J f] and is overwritten.
  explicit TrustRegionStep(Eigen::MatrixXd& beside) {
    const Index count = beside.cols() - 1;
    const Eigen::HouseholderQR<Eigen::Ref<Eigen::MatrixXd>> qr(beside);
    const Square triangle = beside.topLeftCorner(count, count).template triangularView<Eigen::Upper>();
    svd_.compute(triangle, Eigen::ComputeFullU | Eigen::ComputeFullV);
    projected_ = svd_.matrixU().transpose() * beside.col(count).template head<N>(count);
    weighted_ = svd_.singularValues().array() * projected_.array();
  }

  Vector operator()(double radius, double& damping, Index rows) const {
    const auto& s = svd_.singularValues();
    const bool full_rank =
        s(s.size() - 1) > std::numeric_limits<double>::epsilon() * static_cast<double>(rows) * s(0);
    if (full_rank) {
      const Vector step = -svd_.matrixV() * (projected_.array() / s.array()).matrix();
      if (step.norm() <= radius) {
        damping = 0;
        return step;
      }
    }
    damping = solve_damping(radius, damping, full_rank);
    const Vector step = -svd_.matrixV() * (weighted_.array() / (s.array().square() + damping)).matrix();
    return step * (radius / step.norm());
  }

 private:
  /// |p(damping)| - radius and its derivative.
  std::pair<double, double> excess(double damping, double radius) const {
    const typename Sizes<N>::Array denominator = svd_.singularValues().array().square() + damping;
    const double norm = (weighted_.array() / denominator).matrix().norm();
    return {norm - radius, -(weighted_.array().square() / denominator.cube()).sum() / norm};
  }

  double solve_damping(double radius, double damping, bool full_rank) const {
    double high = weighted_.norm() / radius;
    double low = 0;
    if (full_rank) {
      const auto [value, slope] = excess(0, radius);
      low = -value / slope;
    }
    const auto safeguard = [&] { return std::max(0.001 * high, std::sqrt(low * high)); };
    if (!full_rank && damping == 0) damping = safeguard();
    for (int i = 0; i < 10; ++i) {
      if (damping < low || damping > high) damping = safeguard();
      const auto [value, slope] = excess(damping, radius);
      if (value < 0) high = damping;
      low = std::max(low, damping - value / slope);
      damping -= (value + radius) * value / slope / radius;
      if (std::abs(value) < 0.01 * radius) break;
    }
    return damping;
  }

  Eigen::JacobiSVD<Square> svd_;
  Vector projected_;
  Vector weighted_;
};

template <int N>
struct Step {
  Parameters<N> hat = {};
  double value = kInfinity;  // of the model
};

/// The step reflected at the first bound that `step` meets, as far as bounds and trust region allow.
template <int N>
Step<N> reflected_step(const Iterate<N>& at, const Bounds<N>& bounds, const Parameters<N>& step,
                       double stride, double radius, double interior) {
  Parameters<N> reflected = step;
  const Parameters<N> direction = at.scale.cwiseProduct(step);
  for (Index i = 0; i < step.size(); ++i) {
    if (bounds.distance(at.x, direction, i) == stride) reflected(i) = -reflected(i);
  }
  const Parameters<N> on_bound = stride * step;
  const double b = on_bound.dot(reflected), a = reflected.squaredNorm();
  const double to_region =
      (-b + std::sqrt(std::max(0.0, b * b + a * (radius * radius - on_bound.squaredNorm())))) / a;
  const double to_bound =
      bounds.distance(at.x + at.scale.cwiseProduct(on_bound), at.scale.cwiseProduct(reflected));
  const double reach = std::min(to_region, to_bound);
  if (!(reach > 0)) return {};
  const double low = (1 - interior) * stride / reach;
  const double high = to_bound < to_region ? interior * to_bound : to_region;
  if (low > high) return {};
  const Parabola model = model_along<N>(at, on_bound, reflected);
  const double t = model.minimiser(low, high);
  return {on_bound + t * reflected, model.at(t)};
}

template <int N>
Step<N> steepest_step(const Iterate<N>& at, const Bounds<N>& bounds, double radius, double interior) {
  const Parameters<N> direction = -at.gradient_hat;
  const double to_region = radius / direction.norm();
  const double to_bound = bounds.distance(at.x, at.scale.cwiseProduct(direction));
  const double reach = to_bound < to_region ? interior * to_bound : to_region;
  const Parabola model = model_along<N>(at, Parameters<N>::Zero(direction.size()), direction);
  const double t = model.minimiser(0, reach);
  return {t * direction, model.at(t)};
}

/// The best of the trust-region step cut at the bound, its reflection, and steepest descent.
template <int N>
Step<N> feasible_step(const Iterate<N>& at, const Bounds<N>& bounds, const Parameters<N>& step,
                      double radius) {
  const Parameters<N> full = at.scale.cwiseProduct(step);
  if (bounds.contain(at.x + full)) return {step, model_value<N>(at, step)};
  const double interior = std::max(0.995, 1 - at.optimality);
  const double stride = bounds.distance(at.x, full);
  const Step<N> reflected = reflected_step<N>(at, bounds, step, stride, radius, interior);
  const Parameters<N> shortened = interior * stride * step;
  const Step<N> cut{shortened, model_value<N>(at, shortened)};
  const Step<N> steepest = steepest_step<N>(at, bounds, radius, interior);
  if (cut.value < reflected.value && cut.value < steepest.value) return cut;
  return reflected.value < cut.value && reflected.value < steepest.value ? reflected : steepest;
}

template <int N>
class TrustRegionReflective {
 public:
  using Vector = Parameters<N>;
  using Jacobian = typename Sizes<N>::Jacobian;

  TrustRegionReflective(const BoundedProblem& problem, int max_evaluations)
      : problem_(problem), bounds_{problem.lower, problem.upper}, evaluations_left_(max_evaluations) {}

  std::optional<Vector> minimise(const Vector& start) {
    const Vector inside = bounds_.interior(start, 1e-10);
    move_to(inside, problem_.residuals(inside));
    if (!at_.residuals.allFinite()) return std::nullopt;
    radius_ = at_.x.cwiseQuotient(at_.scale).norm();
    if (radius_ == 0) radius_ = 1;
    while (at_.optimality >= kTolerance) {
      if (evaluations_left_ <= 0) return std::nullopt;
      if (improve()) break;
    }
    return at_.x;
  }

 private:
  void move_to(const Vector& x, VectorXd residuals) {
    at_.x = x;
    at_.residuals = std::move(residuals);
    at_.cost = at_.residuals.squaredNorm() / 2;
    const Jacobian jacobian = problem_.jacobian(x);
    const Vector gradient = jacobian.transpose() * at_.residuals;
    Vector room = Vector::Ones(x.size());
    at_.curvature = Vector::Zero(x.size());
    for (Index i = 0; i < x.size(); ++i) {
      if (gradient(i) < 0 && std::isfinite(bounds_.upper(i))) {
        room(i) = bounds_.upper(i) - x(i);
        at_.curvature(i) = -gradient(i);
      } else if (gradient(i) > 0 && std::isfinite(bounds_.lower(i))) {
        room(i) = x(i) - bounds_.lower(i);
        at_.curvature(i) = gradient(i);
      }
    }
    at_.scale = room.cwiseSqrt();
    at_.jacobian_hat = jacobian * at_.scale.asDiagonal();
    at_.gradient_hat = at_.scale.cwiseProduct(gradient);
    at_.optimality = room.cwiseProduct(gradient).template lpNorm<Eigen::Infinity>();
  }

  /// One accepted step (or none, when the evaluations run out). True when the iteration has converged.
  bool improve() {
    const Index rows = at_.residuals.size(), count = at_.x.size();
    Eigen::MatrixXd augmented(rows + count, count + 1);
    augmented.topLeftCorner(rows, count) = at_.jacobian_hat;
    augmented.col(count).head(rows) = at_.residuals;
    augmented.bottomRows(count).setZero();
    augmented.bottomRows(count).diagonal() = at_.curvature.cwiseSqrt();
    const TrustRegionStep<N> trust_region_step(augmented);
    while (evaluations_left_-- > 0) {
      const Step<N> step =
          feasible_step<N>(at_, bounds_, trust_region_step(radius_, damping_, rows), radius_);
      const Vector moved = at_.scale.cwiseProduct(step.hat);
      const Vector next = bounds_.interior(at_.x + moved, 0);
      VectorXd residuals = problem_.residuals(next);
      if (!residuals.allFinite()) {
        radius_ = step.hat.norm() / 4;
        continue;
      }
      const double gain = at_.cost - residuals.squaredNorm() / 2;
      const bool converged = adapt(gain, -step.value, step.hat.norm(), moved.norm());
      if (gain > 0) move_to(next, std::move(residuals));
      if (gain > 0 || converged) return converged;
    }
    return false;
  }

  /// Updates the trust region from how well the model predicted the gain; true on convergence.
  bool adapt(double gain, double predicted, double hat_norm, double norm) {
    const double quality = predicted > 0 ? gain / predicted : (predicted == gain ? 1 : 0);
    double radius = radius_;
    if (quality < 0.25) {
      radius = hat_norm / 4;
    } else if (quality > 0.75 && hat_norm > 0.95 * radius_) {
      radius = 2 * radius_;
    }
    if (gain < kTolerance * at_.cost && quality > 0.25) return true;
    if (norm < kTolerance * (kTolerance + at_.x.norm())) return true;
    damping_ *= radius_ / radius;
    radius_ = radius;
    return false;
  }

  const BoundedProblem& problem_;
  Bounds<N> bounds_;
  int evaluations_left_;
  Iterate<N> at_;
  double radius_ = 1;
  double damping_ = 0;
};

}  // namespace

namespace {

template <int N>
std::optional<VectorXd> fit(const BoundedProblem& problem, const VectorXd& start, int max_evaluations) {
  const auto found = TrustRegionReflective<N>(problem, max_evaluations).minimise(start);
  return found ? std::optional<VectorXd>(*found) : std::nullopt;
}

}  // namespace

std::optional<VectorXd> bounded_least_squares(const BoundedProblem& problem, VectorXd start,
                                              int max_evaluations) {
  switch (start.size()) {
    case 1:
      return fit<1>(problem, start, max_evaluations);
    case 3:
      return fit<3>(problem, start, max_evaluations);
    default:
      return fit<Eigen::Dynamic>(problem, start, max_evaluations);
  }
}

}  // namespace phasescope::intelliton
