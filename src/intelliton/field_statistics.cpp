#include "phasescope/intelliton/field_statistics.h"

#include <algorithm>
#include <utility>

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;

FieldBuilder::FieldBuilder(Index points, Index modes) : points_(points), modes_(modes) {}

void FieldBuilder::reserve(const states::StateMatrix& first) {
  statistics_.tokens = first.rows();
  statistics_.width = first.cols();
  modes_ = std::min({modes_, first.rows(), first.cols()});
  fourier_ = token_fourier(first.rows());
  statistics_.singular_values.resize(points_, modes_);
  statistics_.momentum_power.resize(points_, first.rows());
}

void FieldBuilder::add_point(const states::StateMatrix& states) {
  if (next_ == 0) reserve(states);
  const RowMatrix field = finite_field(states, statistics_.nonfinite);
  const MatrixXd gram = gram_matrix(field);
  LayerModes modes = decompose_field(field, gram, modes_);
  statistics_.singular_values.row(next_) = modes.singular_values.transpose();
  statistics_.momentum_power.row(next_) = fourier_->field_power(gram).transpose();
  statistics_.half_magnitudes.push_back(fourier_->half_magnitudes(modes.left));
  statistics_.left.push_back(std::move(modes.left));
  if (next_ > 0) statistics_.cosines.push_back(absolute_cosines(right_, modes.right));
  right_ = std::move(modes.right);
  if (next_ == (points_ - 1) / 2) statistics_.middle_right = right_;
  couple(next_);
  ++next_;
}

void FieldBuilder::add_attention(std::int64_t block, const states::StateMatrix& weights) {
  attention_[block] = weights.cast<double>();
  if (block < next_) couple(block);
}

void FieldBuilder::couple(Index point) {
  const auto found = attention_.find(point);
  if (found == attention_.end()) return;
  const MatrixXd& weights = found->second;
  if (weights.rows() == statistics_.tokens && weights.cols() == statistics_.tokens) {
    const MatrixXd& left = statistics_.left[static_cast<std::size_t>(point)];
    statistics_.couplings[static_cast<int>(point)] = (left.transpose() * weights * left).cwiseAbs();
  }
  attention_.erase(found);
}

FieldStatistics FieldBuilder::take() {
  right_.resize(0, 0);
  return std::move(statistics_);
}

}  // namespace phasescope::intelliton
