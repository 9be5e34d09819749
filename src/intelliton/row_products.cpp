#include "row_products.h"

#include "row_tiles.h"

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd row_products(const Rows<double>& a, const Rows<double>& b, Index width) {
  MatrixXd products(a.count, b.count);
  RowTiles<double>(a, b, width, products).all();
  return products;
}

MatrixXd row_products(const Rows<double>& a, Index width) {
  MatrixXd products(a.count, a.count);
  RowTiles<double>(a, a, width, products).symmetric();
  return products;
}

}  // namespace phasescope::intelliton
