#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "phasescope/base/memory.h"

namespace phasescope::model {

/// Aligns to whole vector registers, takes large buffers in large pages, and leaves new elements as they are:
/// the threads that fill them are then the first to touch their pages.
template <class Element>
class BufferAllocator : public Eigen::aligned_allocator<Element> {
 public:
  template <class Other>
  struct rebind {
    using other = BufferAllocator<Other>;
  };
  BufferAllocator() = default;
  template <class Other>
  BufferAllocator(const BufferAllocator<Other>&) {}

  Element* allocate(std::size_t count) {
    if (count * sizeof(Element) < kLargeBuffer) return Eigen::aligned_allocator<Element>::allocate(count);
    return static_cast<Element*>(allocate_large(count * sizeof(Element)));
  }
  void deallocate(Element* memory, std::size_t count) {
    if (count * sizeof(Element) < kLargeBuffer) {
      Eigen::aligned_allocator<Element>::deallocate(memory, count);
    } else {
      std::free(memory);
    }
  }

  template <class Constructed>
  void construct(Constructed* place) {
    ::new (static_cast<void*>(place)) Constructed;
  }
  template <class Constructed, class... Arguments>
  void construct(Constructed* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) Constructed(std::forward<Arguments>(arguments)...);
  }
};

/// Memory for matrices, not initialised. Eigen computes the unaligned ends of a row with other instructions,
/// so that without alignment the last bit of a result would depend on where the allocator happened to put it.
using Buffer = std::vector<float, BufferAllocator<float>>;

/// A row-major float32 matrix in somebody else's memory; rows may be further apart than they are long.
template <class Element>
struct MatrixView {
  Element* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = 0;

  MatrixView() = default;
  MatrixView(Element* data_, std::int64_t rows_, std::int64_t columns_)
      : MatrixView(data_, rows_, columns_, columns_) {}
  MatrixView(Element* data_, std::int64_t rows_, std::int64_t columns_, std::int64_t stride_)
      : data(data_), rows(rows_), columns(columns_), stride(stride_) {}

  Element* row(std::int64_t index) const { return data + index * stride; }
  MatrixView slice(std::int64_t first, std::int64_t count) const {
    return {row(first), count, columns, stride};
  }
  operator MatrixView<const Element>() const { return {data, rows, columns, stride}; }
};

using Matrix = MatrixView<float>;
using ConstMatrix = MatrixView<const float>;

/// A norm's float32 weights; nullptr: it does not scale, or shift.
struct NormTensor {
  const float* scale = nullptr;
  const float* bias = nullptr;
};

/// y = x W^T + b with W [outputs, inputs] as checkpoints store it; bias nullptr: none.
struct LinearTensor {
  ConstMatrix weight;
  const float* bias = nullptr;
  explicit operator bool() const { return weight.data != nullptr; }
};

}  // namespace phasescope::model
