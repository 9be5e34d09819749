#include "phasescope/text/merge_table.h"

#include <limits>
#include <utility>

namespace phasescope::text {
namespace {

/// No pair of tokens: ids stay below 2^32 - 1.
constexpr std::uint64_t no_pair = std::numeric_limits<std::uint64_t>::max();

std::uint64_t pair_key(std::uint32_t left, std::uint32_t right) {
  return static_cast<std::uint64_t>(left) << 32 | right;
}

std::size_t power_of_two_above(std::size_t count) {
  std::size_t size = 16;
  while (size < count) size *= 2;
  return size;
}

}  // namespace

MergeTable::MergeTable(std::size_t expected_merges)
    : slots_(power_of_two_above(2 * expected_merges), Slot{no_pair, {}}) {}

/// The slot that holds `pair`, or the empty one where it belongs. Multiplicative hashing by 2^64 / golden
/// ratio.
std::size_t MergeTable::slot_of(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15ULL) >> 20) & mask;
  while (slots_[slot].pair != no_pair && slots_[slot].pair != pair) slot = (slot + 1) & mask;
  return slot;
}

void MergeTable::grow() {
  std::vector<Slot> old(slots_.size() * 2, Slot{no_pair, {}});
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.pair != no_pair) slots_[slot_of(slot.pair)] = slot;
  }
}

void MergeTable::insert(std::uint32_t left, std::uint32_t right, Merge merge) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  Slot& slot = slots_[slot_of(pair_key(left, right))];
  used_ += slot.pair == no_pair;
  slot = {pair_key(left, right), merge};
}

const MergeTable::Merge* MergeTable::find(std::uint32_t left, std::uint32_t right) const {
  const Slot& slot = slots_[slot_of(pair_key(left, right))];
  return slot.pair == no_pair ? nullptr : &slot.merge;
}

}  // namespace phasescope::text
