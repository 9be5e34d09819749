#include "embedding.h"

#include <Eigen/Core>

namespace phasescope::model {
namespace {

void add_positions(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                   const std::vector<std::int64_t>& positions, Matrix x) {
  const checkpoint::Weight& table = checkpoint.outer().position_embedding;
  Eigen::ArrayXf row(x.columns);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const std::int64_t entry =
        positions[static_cast<std::size_t>(r)] + checkpoint.architecture().position_offset;
    null_weights.read_matrix(table, entry, 1, row.data());
    Eigen::Map<Eigen::ArrayXf>(x.row(r), x.columns) += row;
  }
}

}  // namespace

void embed(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
           const LoadedOuter& outer, const std::vector<std::int64_t>& tokens,
           const std::vector<std::int64_t>& positions, Linear& linear, Matrix x) {
  const checkpoint::Architecture& a = checkpoint.architecture();
  Buffer unprojected;
  Matrix rows = x;
  if (outer.project_in) {
    unprojected.resize(static_cast<std::size_t>(x.rows * a.embedding_width));
    rows = Matrix(unprojected.data(), x.rows, a.embedding_width);
  }
  const auto scale = static_cast<float>(a.embedding_scale);
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    null_weights.read_embedding(checkpoint.outer().token_embedding, tokens[static_cast<std::size_t>(r)],
                                rows.row(r));
    if (scale != 1.0F) Eigen::Map<Eigen::ArrayXf>(rows.row(r), rows.columns) *= scale;
  }
  if (outer.project_in) linear.apply(rows, outer.project_in, x);
  if (a.learned_positions) add_positions(checkpoint, null_weights, positions, x);
}

}  // namespace phasescope::model
