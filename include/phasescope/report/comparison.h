#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/stats/estimate.h"

namespace phasescope::report {

/// What a table of models side by side has rows for.
enum class QuantityKind {
  number,
  word,   ///< a name such as a regime
  words,  ///< how often each of several names or numbers occurs, in one text
};

struct Quantity {
  const char* group;  ///< "species", "species_robust", "pairs" or "ct"
  const char* name;
  const char* title;  ///< for people
  QuantityKind kind;
};

/// Every quantity that is compared, in the order of the tables.
const std::vector<Quantity>& compared_quantities();

/// A quantity of one model. A number may have a 95 % interval; words have none. What is undefined is absent
/// and has a reason.
struct ComparedValue {
  stats::Estimate number;
  std::optional<std::string> text;

  static ComparedValue of(double value, const std::string& no_interval);
  static ComparedValue of(std::string text);
  static ComparedValue missing(const std::string& reason);

  bool defined() const { return number.value || text; }
  const std::string& reason() const { return number.reason; }
};

/// Names and values in the order they were read; what is absent is unknown.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// What was measured of one model, from a run, a report or a publication.
struct ComparedModel {
  std::string label;    ///< heads its column; unique within a comparison
  std::string source;   ///< as it was named: a folder, a file, or published:NAME
  std::string model;    ///< the model's own name
  std::string family;   ///< empty: unknown
  std::string tuning;   ///< "base", "instruct", or empty: unknown
  std::string weights;  ///< digest; empty: unknown
  std::optional<std::int64_t> parameters;
  bool published = false;  ///< figures of a publication
  /// How each group was defined: two models are only compared when what both say agrees. A group without
  /// definition is one that was not measured, or whose definition is not known (`undefined`).
  std::map<std::string, Settings> definitions;
  std::map<std::string, std::string> undefined;  ///< by group: why numbers cannot be set against others
  /// What else may move the numbers: prompts, seed, temperature. Differences are named, not refused.
  Settings conditions;
  std::vector<std::string> notes;
  std::vector<ComparedValue> values;  ///< one a compared quantity, in its order
};

/// How two models of a pair are related.
enum class Relation {
  published,      ///< a run and the published figures of the same model
  same_model,     ///< the same weights, or the same name
  base_instruct,  ///< of one family and size; the base model comes first
  small_large,    ///< of one family and tuning; the smaller one comes first
  other,
};
const char* name_of(Relation relation);

/// The second value minus the first.
struct QuantityDifference {
  std::size_t quantity = 0;           ///< in compared_quantities()
  stats::Estimate difference;         ///< of numbers
  std::optional<double> half_widths;  ///< the difference over the half of its interval that faces 0
  std::string half_widths_reason;
  std::optional<bool> same;  ///< of words
  std::string same_reason;
};

struct ModelPair {
  Relation relation = Relation::other;
  std::size_t from = 0, to = 0;  ///< in Comparison::models
  struct Condition {
    std::string name, from, to;
  };
  std::vector<Condition> conditions;            ///< those that differ, where both are known
  std::vector<QuantityDifference> differences;  ///< one a compared quantity
};

struct Comparison {
  std::vector<ComparedModel> models;
  std::vector<ModelPair> pairs;  ///< every pair, by relation, then in order of the models
};

/// Difference of two independent estimates with the interval of Zou and Donner (Statistics in Medicine 27,
/// 2008, "MOVER"): with d = b - a,
///   low  = d - sqrt((b - b_low)^2 + (a_high - a)^2),  high = d + sqrt((b_high - b)^2 + (a - a_low)^2).
/// It leaves out 0 exactly when |half_widths| > 1. Without one of the intervals only the value.
stats::Estimate difference_of(const stats::Estimate& a, const stats::Estimate& b);

/// d over its distance to the end of its interval that faces 0 (the lower one for d > 0). Absent without an
/// interval, and where the interval has no width on that side.
std::optional<double> in_half_widths(const stats::Estimate& difference, std::string& reason);

/// Sets the models side by side. Labels are made unique. Errors: usage for fewer than two models, and where
/// two were measured with different definitions or state conventions, naming both.
Comparison compare_models(std::vector<ComparedModel> models);

}  // namespace phasescope::report
