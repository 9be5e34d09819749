#pragma once

#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace phasescope::text {

/// Remembers the ids of short words, up to a fixed number of them. Safe to use from several threads.
class WordCache {
 public:
  /// Appends the ids of a known word; false when it is not known.
  bool find(std::string_view word, std::vector<std::int64_t>& ids) const;
  /// Remembers the ids from `ids[first]` on as those of `word`, unless the word is long or the cache full.
  void remember(std::string_view word, const std::vector<std::int64_t>& ids, std::size_t first) const;

 private:
  struct Entry {
    std::string word;
    std::vector<std::int64_t> ids;
  };

  mutable std::shared_mutex mutex_;
  mutable std::unordered_multimap<std::size_t, Entry> entries_;  // by hash: C++17 cannot find a view
};

}  // namespace phasescope::text
