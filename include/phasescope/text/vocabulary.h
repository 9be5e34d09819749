#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace phasescope::text {

/// Tokens and their ids, both ways. Ids need not be dense. Owns the texts; movable, not copyable.
class Vocabulary {
 public:
  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  /// From (token, id) pairs as a file gives them: of equal tokens the last one counts. Errors: input_file
  /// naming `field` for a negative id or one far beyond the number of tokens.
  Vocabulary(std::vector<std::pair<std::string, std::int64_t>> entries, const std::string& file,
             const std::string& field);

  std::optional<std::int64_t> id(std::string_view token) const;
  /// The token of an id, or null.
  const std::string* token(std::int64_t id) const;
  /// Number of different tokens.
  std::int64_t size() const { return static_cast<std::int64_t>(ids_.size()); }
  /// One more than the largest id.
  std::int64_t id_limit() const { return static_cast<std::int64_t>(token_of_id_.size()); }

 private:
  std::deque<std::string> texts_;  // addresses stay valid: ids_ holds views of them
  std::unordered_map<std::string_view, std::int64_t> ids_;
  std::vector<const std::string*> token_of_id_;  // null where an id is not used
};

}  // namespace phasescope::text
