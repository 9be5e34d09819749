#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "phasescope/base/archive.h"

namespace cereal {

/// Rows, columns, and the entries in the order of memory.
template <class Scalar, int Rows, int Columns, int Options, int MostRows, int MostColumns>
void CEREAL_SAVE_FUNCTION_NAME(
    phasescope::ArchiveWriter& archive,
    const Eigen::Matrix<Scalar, Rows, Columns, Options, MostRows, MostColumns>& matrix) {
  archive(std::int64_t{matrix.rows()}, std::int64_t{matrix.cols()});
  archive.add(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(Scalar));
}

template <class Scalar, int Rows, int Columns, int Options, int MostRows, int MostColumns>
void CEREAL_LOAD_FUNCTION_NAME(phasescope::ArchiveReader& archive,
                               Eigen::Matrix<Scalar, Rows, Columns, Options, MostRows, MostColumns>& matrix) {
  std::int64_t rows = 0, columns = 0;
  archive(rows, columns);
  if (rows < 0 || columns < 0 || (Rows != Eigen::Dynamic && rows != Rows) ||
      (Columns != Eigen::Dynamic && columns != Columns))
    throw Exception("found a matrix of impossible shape");
  if (rows > 0 && columns > 0) {
    archive.require(static_cast<std::uint64_t>(rows), sizeof(Scalar));
    archive.require(static_cast<std::uint64_t>(columns), static_cast<std::size_t>(rows) * sizeof(Scalar));
  }
  matrix.resize(rows, columns);
  archive.take(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(Scalar));
}

}  // namespace cereal
