#include "phasescope/checkpoint/weight_pages.h"

#include "visit_weights.h"

#include <sys/mman.h>
#include <unistd.h>

namespace phasescope::checkpoint {
namespace {

/// Applies to every page that the stored matrix touches: on a read-only mapping of a file, advice that also
/// reaches a neighbour's bytes costs that neighbour a page fault at most.
void advise(const Weight& weight, int advice) {
  if (!weight) return;
  const formats::QuantizationBlock block = formats::quantization_block(weight.type);
  const auto bytes =
      static_cast<std::uintptr_t>(weight.stored_rows * weight.stored_columns / block.elements * block.bytes);
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(weight.data) / page * page;
  const std::uintptr_t length = reinterpret_cast<std::uintptr_t>(weight.data) + bytes - first;
  ::madvise(reinterpret_cast<void*>(first), length, advice);
}

}  // namespace

std::uint64_t parameters_of(const BlockWeights& block) {
  std::uint64_t count = 0;
  visit_block(block, [&](const Weight& weight) {
    if (weight) count += static_cast<std::uint64_t>(weight.rows() * weight.columns());
  });
  return count;
}

void prefetch_pages(const Weight& weight) {
  advise(weight, MADV_WILLNEED);
}

void release_pages(const Weight& weight) {
  advise(weight, MADV_DONTNEED);
}

void prefetch_pages(const BlockWeights& block) {
  visit_block(block, [](const Weight& weight) { prefetch_pages(weight); });
}

void release_pages(const BlockWeights& block) {
  visit_block(block, [](const Weight& weight) { release_pages(weight); });
}

}  // namespace phasescope::checkpoint
