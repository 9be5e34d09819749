#include "phasescope/text/word_cache.h"

#include <functional>
#include <mutex>

namespace phasescope::text {
namespace {

constexpr std::size_t largest_word = 256;       // bytes
constexpr std::size_t largest_cache = 1 << 16;  // words

}  // namespace

bool WordCache::find(std::string_view word, std::vector<std::int64_t>& ids) const {
  if (word.size() > largest_word) return false;
  const std::size_t hash = std::hash<std::string_view>()(word);
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto range = entries_.equal_range(hash);
  for (auto entry = range.first; entry != range.second; ++entry) {
    if (entry->second.word != word) continue;
    ids.insert(ids.end(), entry->second.ids.begin(), entry->second.ids.end());
    return true;
  }
  return false;
}

void WordCache::remember(std::string_view word, const std::vector<std::int64_t>& ids,
                         std::size_t first) const {
  if (word.size() > largest_word) return;
  Entry entry{std::string(word), {ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end()}};
  const std::size_t hash = std::hash<std::string_view>()(word);
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  if (entries_.size() < largest_cache) entries_.emplace(hash, std::move(entry));
}

}  // namespace phasescope::text
