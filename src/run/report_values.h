#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/report/comparison.h"

namespace phasescope::run {

/// The values of one model while its reports are read, by group and name; what is never set is missing.
class ValueTable {
 public:
  void set(const std::string& group, const std::string& name, report::ComparedValue value);
  /// Gives every quantity of a group that has no value yet this reason.
  void fill(const std::string& group, const std::string& reason);
  /// One value a compared quantity, in its order.
  std::vector<report::ComparedValue> values() const;

 private:
  std::map<std::pair<std::string, std::string>, report::ComparedValue> values_;
};

/// The number under a key with no interval, or the reason beside it.
report::ComparedValue number_at(const JsonObject& object, const std::string& key,
                                const std::string& no_interval);
/// An estimate whose value and interval lie under these keys.
report::ComparedValue estimate_at(const JsonObject& object, const std::string& value, const std::string& low,
                                  const std::string& high);
/// The estimate {value, low, high} under a key.
report::ComparedValue estimate_at(const JsonObject& object, const std::string& key);
/// The text under a key, or the reason beside it; true and false are "yes" and "no".
report::ComparedValue text_at(const JsonObject& object, const std::string& key);

/// How often each text occurs, in order of first appearance: "3.142 (1), 0.000 (5)".
std::string counts_text(const std::vector<std::string>& texts);

/// The published species of a report or a publication into group "species"; `species` is the list, `owner`
/// holds it.
void set_published_species(ValueTable& table, const JsonObject& owner, const std::string& no_interval);

}  // namespace phasescope::run
