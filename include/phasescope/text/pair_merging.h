#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

namespace phasescope::text {

/// Merges neighbouring symbols of a word, best pair first, in O(n log n): the heap of candidates and the list
/// of symbols are updated around each merge, and candidates that have become stale are recognised when
/// popped.
///
/// A Merger offers `std::optional<Candidate> candidate(const Symbol& left, const Symbol& right)`, whose
/// result tells what both would become, and a Candidate is ordered by operator< (the smaller one merges
/// first). Equal candidates merge from left to right.
template <typename Symbol, typename Merger>
class PairMerging {
 public:
  using Candidate = typename Merger::Candidate;

  PairMerging(std::vector<Symbol> symbols, const Merger& merger)
      : symbols_(std::move(symbols)), links_(symbols_.size()), merger_(merger) {}

  std::vector<Symbol> run() {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      links_[i] = {i == 0 ? none : i - 1, i + 1 == links_.size() ? none : i + 1, false};
    }
    for (std::size_t i = 0; i + 1 < links_.size(); ++i) consider(i);
    while (!heap_.empty()) {
      const Entry best = heap_.top();
      heap_.pop();
      if (is_current(best)) merge(best);
    }
    return remaining();
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Link {
    std::size_t previous;
    std::size_t next;
    bool removed;
  };
  struct Entry {
    Candidate candidate;
    std::size_t position;
    /// The heap's top is its largest element, so the better entry is the larger one.
    bool operator<(const Entry& other) const {
      if (other.candidate < candidate) return true;
      if (candidate < other.candidate) return false;
      return other.position < position;
    }
  };

  void consider(std::size_t left) {
    const std::size_t right = links_[left].next;
    if (right == none) return;
    if (const auto candidate = merger_.candidate(symbols_[left], symbols_[right])) {
      heap_.push({*candidate, left});
    }
  }

  bool is_current(const Entry& entry) const {
    const Link& link = links_[entry.position];
    if (link.removed || link.next == none) return false;
    const auto now = merger_.candidate(symbols_[entry.position], symbols_[link.next]);
    return now && now->merges_to(entry.candidate);
  }

  void merge(const Entry& entry) {
    Link& left = links_[entry.position];
    symbols_[entry.position] = entry.candidate.merged();
    links_[left.next].removed = true;
    left.next = links_[left.next].next;
    if (left.next != none) links_[left.next].previous = entry.position;
    if (left.previous != none) consider(left.previous);
    consider(entry.position);
  }

  std::vector<Symbol> remaining() const {
    std::vector<Symbol> result;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (!links_[i].removed) result.push_back(symbols_[i]);
    }
    return result;
  }

  std::vector<Symbol> symbols_;
  std::vector<Link> links_;
  std::priority_queue<Entry> heap_;
  const Merger& merger_;
};

}  // namespace phasescope::text
