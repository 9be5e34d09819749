// The products of two float32 numbers are float64 numbers exactly, so that fused multiplications and
// additions, which this file alone is compiled with, change no result.
#include "row_products.h"
#include "row_tiles.h"

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;

void row_products(const Rows<float>& a, const Rows<float>& b, Index width, Eigen::Ref<MatrixXd> products) {
  RowTiles<float>(a, b, width, products).all();
}

void row_products(const Rows<float>& a, Index width, Eigen::Ref<MatrixXd> products) {
  RowTiles<float>(a, a, width, products).symmetric();
}

}  // namespace phasescope::intelliton
