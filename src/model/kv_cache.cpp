#include "kv_cache.h"

namespace phasescope::model {

KvCache::KvCache(const checkpoint::Architecture& architecture, const std::vector<std::int64_t>& capacities)
    : width_(architecture.key_value_width()), first_rows_{0} {
  for (const std::int64_t capacity : capacities) first_rows_.push_back(first_rows_.back() + capacity);
  const auto elements = static_cast<std::size_t>(first_rows_.back() * width_);
  keys_.assign(static_cast<std::size_t>(architecture.blocks), Buffer(elements));
  values_ = keys_;
}

Matrix KvCache::place(std::vector<Buffer>& blocks, std::int64_t block, std::size_t sequence) {
  const std::int64_t first = first_rows_[sequence];
  const std::int64_t rows = first_rows_[sequence + 1] - first;
  if (rows == 0) return {};
  return {blocks[static_cast<std::size_t>(block)].data() + first * width_, rows, width_};
}

}  // namespace phasescope::model
