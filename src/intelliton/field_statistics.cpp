#include "phasescope/intelliton/field_statistics.h"

#include "row_products.h"

#include <algorithm>
#include <utility>

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;

namespace {

Rows<double> rows_of(const RowMatrix& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols()};
}

}  // namespace

FieldBuilder::FieldBuilder(Index points, Index modes) : points_(points), modes_(modes) {}

void FieldBuilder::reserve(Index tokens, Index width) {
  statistics_.tokens = tokens;
  statistics_.width = width;
  modes_ = std::min({modes_, tokens, width});
  fourier_ = token_fourier(tokens);
  statistics_.singular_values.resize(points_, modes_);
  statistics_.momentum_power.resize(points_, tokens);
}

/// Products between T rows of two points cost T T D, right vectors K T D and their products K K D.
bool FieldBuilder::by_products() const {
  return 5 * statistics_.tokens <= 8 * modes_;
}

void FieldBuilder::add_point(const states::StateMatrix& states) {
  const auto field = std::make_shared<const RowMatrix>(finite_field(states, statistics_.nonfinite));
  if (next_ == 0) reserve(field->rows(), field->cols());
  MatrixXd cross;
  if (by_products() && newest_states_)
    cross = row_products(rows_of(*newest_states_), rows_of(*field), field->cols());
  add_point(gram_matrix(*field), cross, field->cols(), [field] { return *field; });
  if (by_products()) {
    newest_states_ = field;
  } else {
    newest_.states = nullptr;  // its right vectors are there
  }
}

void FieldBuilder::add_point(const MatrixXd& gram, const MatrixXd& cross, Index width, States states) {
  if (next_ == 0) reserve(gram.rows(), width);
  Point point{token_modes(gram, modes_), {}, std::move(states)};
  const TokenModes modes = decompose(point);
  if (at_middle() || !by_products()) make_right_vectors(point);
  if (next_ > 0) statistics_.cosines.push_back(cosines_to(point, cross));
  append(gram, modes, std::move(point));
}

/// The token side of a point's modes; where the Gram matrix does not suffice, with its right vectors.
TokenModes FieldBuilder::decompose(Point& point) const {
  if (point.tokens) return *point.tokens;
  LayerModes whole = layer_modes_by_factors(point.states(), modes_);
  point.right = std::move(whole.right);
  return {std::move(whole.singular_values), std::move(whole.left)};
}

/// |cos| between the right vectors of the newest point and those of the next one.
MatrixXd FieldBuilder::cosines_to(Point& next, const MatrixXd& cross) {
  if (by_products() && cross.size() > 0 && newest_.tokens && next.tokens)
    return absolute_cosines(*newest_.tokens, *next.tokens, cross);
  make_right_vectors(newest_);
  make_right_vectors(next);
  return absolute_cosines(newest_.right, next.right);
}

bool FieldBuilder::add_point(const FieldProducts& products, const states::StateMatrix& states) {
  if (next_ == 0) reserve(products.gram.rows(), states.cols());
  if (next_ > 0 && !newest_.tokens) return false;
  Point point{token_modes(products.gram, modes_), {}, {}};
  if (!point.tokens) return false;
  statistics_.nonfinite += products.nonfinite;
  std::int64_t counted_already = 0;
  if (at_middle()) point.right = layer_modes(finite_field(states, counted_already), *point.tokens).right;
  if (next_ > 0)
    statistics_.cosines.push_back(absolute_cosines(*newest_.tokens, *point.tokens, products.with_previous));
  const TokenModes modes = *point.tokens;
  append(products.gram, modes, std::move(point));
  return true;
}

void FieldBuilder::add_point(const states::StateMatrix& states, const states::StateMatrix& previous) {
  std::int64_t counted_already = 0;
  if (next_ > 0 && newest_.right.size() == 0)
    newest_.right = layer_modes(finite_field(previous, counted_already), *newest_.tokens).right;
  add_point(states);
}

void FieldBuilder::make_right_vectors(Point& point) const {
  if (point.right.size() == 0) point.right = layer_modes(point.states(), *point.tokens).right;
}

/// Records a point whose cosines with the one before are recorded already.
void FieldBuilder::append(const MatrixXd& gram, const TokenModes& modes, Point point) {
  statistics_.singular_values.row(next_) = modes.singular_values.transpose();
  statistics_.momentum_power.row(next_) = fourier_->field_power(gram).transpose();
  statistics_.half_magnitudes.push_back(fourier_->half_magnitudes(modes.left));
  statistics_.left.push_back(modes.left);
  if (at_middle()) statistics_.middle_right = point.right;
  newest_ = std::move(point);
  newest_states_.reset();
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
  newest_ = {};
  newest_states_.reset();
  return std::move(statistics_);
}

}  // namespace phasescope::intelliton
