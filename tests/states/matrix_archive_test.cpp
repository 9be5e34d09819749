#include "phasescope/states/matrix_archive.h"

#include <limits>

#include <gtest/gtest.h>

namespace phasescope {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Matrix>
Matrix through_archive(const Matrix& matrix) {
  ArchiveWriter writer;
  writer(matrix);
  ArchiveReader reader(writer.bytes());
  Matrix read;
  reader(read);
  EXPECT_EQ(reader.remaining(), 0U);
  return read;
}

TEST(MatrixArchive, KeepsShapesAndEntries) {
  const RowMajor rows = RowMajor::Random(3, 5);
  EXPECT_EQ(through_archive(rows), rows);
  const Eigen::MatrixXf columns = Eigen::MatrixXf::Random(4, 2);
  EXPECT_EQ(through_archive(columns), columns);
  const Eigen::VectorXi numbers = Eigen::VectorXi::LinSpaced(6, -3, 2);
  EXPECT_EQ(through_archive(numbers), numbers);
  const Eigen::MatrixXd empty(0, 20);
  EXPECT_EQ(through_archive(empty).cols(), 20);
}

TEST(MatrixArchive, RefusesShapesBeyondItsBytes) {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const auto& [rows, columns] : {std::pair{huge, std::int64_t{1}},
                                      {std::int64_t{1}, huge},
                                      {huge, huge},
                                      {std::int64_t{2}, std::int64_t{3}},
                                      {std::int64_t{-1}, std::int64_t{1}}}) {
    ArchiveWriter writer;
    writer(rows, columns, 1.0, 2.0, 3.0, 4.0, 5.0);
    ArchiveReader reader(writer.bytes());
    Eigen::MatrixXd read;
    EXPECT_THROW(reader(read), cereal::Exception) << rows << " x " << columns;
  }
  ArchiveWriter writer;
  writer(Eigen::MatrixXd(Eigen::MatrixXd::Zero(2, 2)));
  ArchiveReader reader(writer.bytes());
  Eigen::VectorXd column;
  EXPECT_THROW(reader(column), cereal::Exception);
}

}  // namespace
}  // namespace phasescope
