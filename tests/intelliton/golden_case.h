#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/formats/safetensors.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/states/observer.h"

namespace phasescope::intelliton::testing {

/// One golden case: fields, settings and expected results of the published method in float64 (the published
/// implementation, evaluated independently of this program). See tests/data/intelliton/README.md.
class GoldenCase {
 public:
  explicit GoldenCase(int number);

  int number() const { return number_; }
  const Json& expected() const { return json_.at("expected"); }
  const Json& json() const { return json_; }
  Options options() const;
  /// In category order, then by prompt.
  const std::vector<states::Sequence>& sequences() const { return sequences_; }

  /// Shows every field to the observer as one batch of packed float32 states, with attention where the case
  /// has it, the way a source of states does.
  void show_to(states::Observer& observer) const;

  /// Entries that depend on an arbitrary basis of a null space or on rounding: path (joined by '|') to flat
  /// indices; an empty set stands for all.
  const std::map<std::string, std::set<std::size_t>>& unstable() const { return unstable_; }

 private:
  void show_point(states::Observer& observer, std::int64_t point, std::int64_t points) const;
  void show_attention(states::Observer& observer, std::int64_t block) const;

  int number_;
  Json json_;
  formats::SafetensorsFile fields_;
  std::vector<formats::SafetensorsFile> attention_;  // none or one
  std::vector<states::Sequence> sequences_;
  std::map<std::string, std::set<std::size_t>> unstable_;
};

/// Compares a result with the expected one. Numbers may differ by `tolerance` of the largest magnitude of
/// their array, `loose_tolerance` for quantities of iterative fits; all else must be equal.
struct Comparison {
  double largest = 0;  ///< relative to each array's largest magnitude
  std::string where;
  std::map<std::string, double> by_quantity;  ///< by the path's last name
  std::size_t numbers = 0;
};

/// Every key and entry of `expected` must be in `actual`; reports failures through GoogleTest.
Comparison compare(const GoldenCase& golden, const std::string& path, const Json& actual,
                   const Json& expected);

}  // namespace phasescope::intelliton::testing
