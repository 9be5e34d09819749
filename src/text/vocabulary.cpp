#include "phasescope/text/vocabulary.h"

#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

/// Real vocabularies have few gaps. A wrong id must not size a table.
std::int64_t largest_plausible_id(std::size_t entries) {
  return 4 * static_cast<std::int64_t>(entries) + 65536;
}

}  // namespace

// Its texts are moved from, which clang-tidy does not see through a structured binding.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
Vocabulary::Vocabulary(std::vector<std::pair<std::string, std::int64_t>> entries, const std::string& file,
                       const std::string& field) {
  const std::int64_t limit = largest_plausible_id(entries.size());
  ids_.reserve(entries.size());
  for (auto& [text, id] : entries) {
    if (id < 0 || id > limit) {
      throw_input_error(file, field, "token \"" + text + "\" has id " + std::to_string(id),
                        "an id from 0 to " + std::to_string(limit));
    }
    texts_.push_back(std::move(text));
    const std::string& stored = texts_.back();
    ids_.insert_or_assign(stored, id);
    const auto index = static_cast<std::size_t>(id);
    if (index >= token_of_id_.size()) token_of_id_.resize(index + 1, nullptr);
    token_of_id_[index] = &stored;
  }
}

std::optional<std::int64_t> Vocabulary::id(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? std::nullopt : std::optional<std::int64_t>(found->second);
}

const std::string* Vocabulary::token(std::int64_t id) const {
  return id < 0 || id >= id_limit() ? nullptr : token_of_id_[static_cast<std::size_t>(id)];
}

}  // namespace phasescope::text
