#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::checkpoint {

/// A key that does not change what the network computes from given weights: bookkeeping, training and
/// generation settings.
bool is_harmless_key(const std::string& key);

/// config.json with a memory of which keys were read, so that a key nobody understood can be refused instead
/// of ignored.
class ConfigReader {
 public:
  /// `path` is the dotted place of `config` in the file, as errors print it.
  ConfigReader(const Json& config, std::string file, std::string path = {});

  bool has(const std::string& key);
  /// True when the key is there, be it null.
  bool mentions(const std::string& key) const { return object_.json().contains(key); }
  /// A required extent: an integer from 1 to 2^30, so that sums and products of two stay in range.
  std::int64_t extent(const std::string& key);
  std::int64_t extent_or(const std::string& key, std::int64_t fallback);
  /// A required number of blocks, small enough to keep something for each before any weight is seen.
  std::int64_t block_count(const std::string& key);
  /// A window, or none when the key is null; `fallback` when it is absent.
  std::optional<std::int64_t> window(const std::string& key, std::optional<std::int64_t> fallback);
  std::int64_t integer_or(const std::string& key, std::int64_t fallback, std::int64_t minimum = 0);
  double number_or(const std::string& key, double fallback);
  double positive_or(const std::string& key, double fallback);
  bool boolean_or(const std::string& key, bool fallback);
  std::string text_or(const std::string& key, const std::string& fallback);
  std::vector<std::int64_t> integers(const std::string& key);
  std::vector<std::string> texts(const std::string& key);
  JsonObject object(const std::string& key);

  const std::string& file() const { return object_.file(); }
  std::string field(const std::string& key) const { return object_.field(key); }
  /// The key is known and changes nothing for this family.
  void mark_read(const std::string& key) { read_.insert(key); }
  /// Errors unless the key is absent, null or has this value: for switches of which only one position is
  /// implemented.
  void require(const std::string& key, const Json& only_value);
  [[noreturn]] void fail(const std::string& key, const std::string& reason,
                         const std::string& expected = {}) const;
  /// Errors with the first key that was never read and is not known to leave the computation alone.
  void refuse_unread() const;

 private:
  const JsonObject& read(const std::string& key);

  JsonObject object_;
  std::set<std::string> read_;
};

}  // namespace phasescope::checkpoint
