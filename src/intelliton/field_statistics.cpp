#include "phasescope/intelliton/field_statistics.h"

#include <cmath>
#include <utility>

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;
using states::StateMatrix;

namespace {

StateMatrix view_of(const StateRows& rows) {
  return {rows.data(), rows.rows(), rows.cols(), Eigen::OuterStride<>(rows.cols())};
}

/// States in float32, what is not finite being 0 and counted.
StateRows finite_states(const StateMatrix& states, std::int64_t& nonfinite) {
  StateRows finite = states;
  for (float& value : finite.reshaped()) {
    if (std::isfinite(value)) continue;
    value = 0;
    ++nonfinite;
  }
  return finite;
}

RowMatrix field_of(const StateMatrix& states) {
  std::int64_t counted_already = 0;
  return finite_field(states, counted_already);
}

}  // namespace

FieldBuilder::FieldBuilder(Index points, Index modes) : points_(points), modes_(modes) {}

void FieldBuilder::reserve(Index tokens, Index width) {
  statistics_.tokens = tokens;
  statistics_.width = width;
  modes_ = modes(tokens, width);
  fourier_ = token_fourier(tokens);
  statistics_.singular_values.resize(points_, modes_);
  statistics_.momentum_power.resize(points_, tokens);
}

FieldProducts FieldBuilder::products(const StateMatrix& states, const StateMatrix& previous) const {
  FieldProducts result;
  const bool crossed = next_ > 0 && few_tokens(states.rows(), modes(states.rows(), states.cols()));
  result.gram = gram_matrix(states);
  if (crossed) result.with_previous = cross_products(previous, states);
  // A row that is not finite is so in its product with itself: sums of float32 squares do not overflow.
  if (result.gram.allFinite() && result.with_previous.allFinite()) return result;
  std::int64_t counted_already = 0;
  const StateRows finite = finite_states(states, result.nonfinite);
  result.gram = gram_matrix(view_of(finite));
  if (crossed)
    result.with_previous = cross_products(view_of(finite_states(previous, counted_already)), view_of(finite));
  return result;
}

StateMatrix FieldBuilder::known_before(const StateMatrix& previous) const {
  return previous.rows() > 0 ? previous : view_of(kept_);
}

void add_points(const std::vector<NextPoint>& points) {
  std::vector<FieldProducts> products;
  std::vector<GramModes> grams;
  products.reserve(points.size());
  for (const auto& [field, states, previous] : points) {
    products.push_back(field->products(states, field->known_before(previous)));
    grams.push_back({&products.back().gram, field->modes(states.rows(), states.cols())});
  }
  const std::vector<std::optional<TokenModes>> modes = token_modes(grams);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [field, states, previous] = points[i];
    field->add_point(products[i], modes[i], states, field->known_before(previous));
    const bool keep = previous.rows() == 0 && few_tokens(states.rows(), field->modes_);
    field->kept_ = keep ? StateRows(states) : StateRows();
  }
}

void FieldBuilder::add_point(const StateMatrix& states, const StateMatrix& previous) {
  add_points({{this, states, previous}});
}

void FieldBuilder::add_point(const FieldProducts& products, const std::optional<TokenModes>& tokens,
                             const StateMatrix& states, const StateMatrix& previous) {
  if (next_ == 0) reserve(states.rows(), states.cols());
  statistics_.nonfinite += products.nonfinite;
  const bool by_products = few_tokens(statistics_.tokens, modes_);
  Point point{tokens, {}};
  const TokenModes modes = decompose(point, states);
  const auto make_right = [](Point& of, const StateMatrix& from) {
    if (of.right.size() == 0) of.right = layer_modes(field_of(from), *of.tokens).right;
  };
  if (at_middle() || !by_products) make_right(point, states);
  if (next_ > 0 && by_products && newest_.tokens && point.tokens) {
    statistics_.cosines.push_back(absolute_cosines(*newest_.tokens, *point.tokens, products.with_previous));
  } else if (next_ > 0) {
    make_right(newest_, previous);
    make_right(point, states);
    statistics_.cosines.push_back(absolute_cosines(newest_.right, point.right));
  }
  append(products.gram, modes, std::move(point));
}

/// The token side of a point's modes; where the Gram matrix does not suffice, with its right vectors.
TokenModes FieldBuilder::decompose(Point& point, const StateMatrix& states) const {
  if (point.tokens) return *point.tokens;
  LayerModes whole = layer_modes_by_factors(field_of(states), modes_);
  point.right = std::move(whole.right);
  return {std::move(whole.singular_values), std::move(whole.left)};
}

bool FieldBuilder::add_point(const FieldProducts& products, const std::optional<TokenModes>& tokens,
                             const StateMatrix& states) {
  if (!tokens || (next_ > 0 && !newest_.tokens)) return false;
  if (next_ == 0) reserve(products.gram.rows(), states.cols());
  statistics_.nonfinite += products.nonfinite;
  Point point{tokens, {}};
  if (at_middle()) point.right = layer_modes(field_of(states), *tokens).right;
  if (next_ > 0)
    statistics_.cosines.push_back(absolute_cosines(*newest_.tokens, *tokens, products.with_previous));
  append(products.gram, *tokens, std::move(point));
  return true;
}

/// Records a point whose cosines with the one before are recorded already.
void FieldBuilder::append(const MatrixXd& gram, const TokenModes& modes, Point point) {
  statistics_.singular_values.row(next_) = modes.singular_values.transpose();
  statistics_.momentum_power.row(next_) = fourier_->field_power(gram).transpose();
  statistics_.half_magnitudes.push_back(fourier_->half_magnitudes(modes.left));
  statistics_.left.push_back(modes.left);
  if (at_middle()) statistics_.middle_right = point.right;
  newest_ = std::move(point);
  couple(next_);
  ++next_;
}

void FieldBuilder::add_attention(std::int64_t block, const StateMatrix& weights) {
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

}  // namespace phasescope::intelliton
