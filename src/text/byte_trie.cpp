#include "phasescope/text/byte_trie.h"

#include <algorithm>

namespace phasescope::text {

ByteTrie::ByteTrie(std::vector<Entry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& left, const Entry& right) { return left.key < right.key; });
  if (entries.empty()) return;
  nodes_.emplace_back();
  std::vector<Range> pending{{0, entries.size(), 0, 0}};
  while (!pending.empty()) {
    const Range range = pending.back();
    pending.pop_back();
    add_children(entries, range, pending);
  }
}

/// Gives the node of `range` (keys that share their first `depth` bytes) its value and its edges.
void ByteTrie::add_children(const std::vector<Entry>& sorted, const Range& range,
                            std::vector<Range>& pending) {
  std::size_t index = range.begin;
  for (; index < range.end && sorted[index].key.size() == range.depth; ++index) {
    if (range.depth > 0) nodes_[range.node].value = sorted[index].value;
  }
  nodes_[range.node].first_edge = static_cast<std::uint32_t>(edges_.size());
  while (index < range.end) {
    const char byte = sorted[index].key[range.depth];
    const std::size_t begin = index;
    while (index < range.end && sorted[index].key[range.depth] == byte) ++index;
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    edges_.push_back({static_cast<unsigned char>(byte), node});
    pending.push_back({begin, index, range.depth + 1, node});
  }
  nodes_[range.node].edge_count = static_cast<std::uint32_t>(edges_.size()) - nodes_[range.node].first_edge;
}

std::int64_t ByteTrie::child(std::uint32_t node, unsigned char byte) const {
  const auto first = edges_.begin() + nodes_[node].first_edge;
  const auto last = first + nodes_[node].edge_count;
  const auto found = std::lower_bound(
      first, last, byte, [](const Edge& edge, unsigned char wanted) { return edge.byte < wanted; });
  return found != last && found->byte == byte ? static_cast<std::int64_t>(found->node) : -1;
}

std::optional<ByteTrie::Match> ByteTrie::longest_prefix(std::string_view text) const {
  std::optional<Match> longest;
  for_each_prefix(text, [&](std::size_t length, std::int64_t value) { longest = Match{length, value}; });
  return longest;
}

}  // namespace phasescope::text
