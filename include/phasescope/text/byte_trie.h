#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace phasescope::text {

/// A prefix tree over byte strings, each with an integer value. Children are kept in one sorted edge list per
/// node, packed into shared arrays, so a vocabulary of 250,000 tokens takes a few tens of megabytes.
class ByteTrie {
 public:
  struct Entry {
    std::string_view key;
    std::int64_t value;
  };
  struct Match {
    std::size_t length;
    std::int64_t value;
  };

  ByteTrie() = default;
  /// Of entries with equal keys the last one counts. Empty keys are left out. Nothing of `entries` is kept.
  explicit ByteTrie(std::vector<Entry> entries);

  bool empty() const { return nodes_.empty(); }
  /// The longest key that is a prefix of `text`.
  std::optional<Match> longest_prefix(std::string_view text) const;

  /// Calls visit(length, value) for every key that is a prefix of `text`, shortest first.
  template <typename Visitor>
  void for_each_prefix(std::string_view text, Visitor&& visit) const {
    if (nodes_.empty()) return;
    std::uint32_t node = 0;
    for (std::size_t length = 0; length < text.size(); ++length) {
      const std::int64_t next = child(node, static_cast<unsigned char>(text[length]));
      if (next < 0) return;
      node = static_cast<std::uint32_t>(next);
      if (nodes_[node].value >= 0) visit(length + 1, nodes_[node].value);
    }
  }

 private:
  struct Node {
    std::uint32_t first_edge = 0;
    std::uint32_t edge_count = 0;
    std::int64_t value = -1;  ///< values are never negative; -1: no key ends here
  };
  struct Edge {
    unsigned char byte;
    std::uint32_t node;
  };
  struct Range {
    std::size_t begin;
    std::size_t end;
    std::size_t depth;
    std::uint32_t node;
  };

  std::int64_t child(std::uint32_t node, unsigned char byte) const;
  void add_children(const std::vector<Entry>& sorted, const Range& range, std::vector<Range>& pending);

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
};

}  // namespace phasescope::text
