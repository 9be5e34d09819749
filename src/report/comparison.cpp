#include "phasescope/report/comparison.h"

#include "model_relation.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::report {
namespace {

const std::string* find_setting(const Settings& settings, const std::string& name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.first == name; });
  return found == settings.end() ? nullptr : &found->second;
}

[[noreturn]] void refuse(const std::string& group, const std::string& name, const ComparedModel& a,
                         const std::string& of_a, const ComparedModel& b, const std::string& of_b) {
  throw Error(ExitClass::usage, "compare: " + group + ": " + name + " is " + of_a + " in " + a.source +
                                    " and " + of_b + " in " + b.source + ", expected one definition");
}

void require_same_definitions(const ComparedModel& a, const ComparedModel& b) {
  for (const auto& [group, settings] : a.definitions) {
    const auto other = b.definitions.find(group);
    if (other == b.definitions.end()) continue;
    for (const auto& [name, value] : settings) {
      const std::string* theirs = find_setting(other->second, name);
      if (theirs != nullptr && *theirs != value) refuse(group, name, a, value, b, *theirs);
    }
  }
}

/// Groups of quantities that follow one definition.
std::string definition_of(const std::string& group) {
  return group == "ct" ? "ct" : "species";
}

/// Why the numbers of a group cannot be set against each other; empty where they can.
std::string unknown_definition(const ComparedModel& a, const ComparedModel& b, const std::string& group) {
  for (const ComparedModel* model : {&a, &b}) {
    const auto found = model->undefined.find(definition_of(group));
    if (found != model->undefined.end()) return model->label + ": " + found->second;
  }
  return {};
}

std::string missing_reason(const ComparedModel& a, const ComparedValue& of_a, const ComparedModel& b,
                           const ComparedValue& of_b) {
  if (!of_a.defined()) return a.label + ": " + of_a.reason();
  return b.label + ": " + of_b.reason();
}

void compare_words(QuantityDifference& result, const ComparedValue& of_a, const ComparedValue& of_b,
                   const std::string& reason) {
  result.difference = stats::Estimate::undefined("words have no difference");
  result.half_widths_reason = result.difference.reason;
  result.same_reason = reason;
  if (reason.empty()) result.same = *of_a.text == *of_b.text;
}

void compare_numbers(QuantityDifference& result, const ComparedValue& of_a, const ComparedValue& of_b,
                     const std::string& reason) {
  result.same_reason = "numbers have a difference";
  if (!reason.empty()) {
    result.difference = stats::Estimate::undefined(reason);
    result.half_widths_reason = reason;
    return;
  }
  result.difference = difference_of(of_a.number, of_b.number);
  result.half_widths = in_half_widths(result.difference, result.half_widths_reason);
}

QuantityDifference compare_quantity(std::size_t quantity, const ComparedModel& a, const ComparedModel& b) {
  QuantityDifference result;
  result.quantity = quantity;
  const Quantity& row = compared_quantities()[quantity];
  const ComparedValue &of_a = a.values[quantity], &of_b = b.values[quantity];
  std::string reason;
  if (!of_a.defined() || !of_b.defined()) {
    reason = missing_reason(a, of_a, b, of_b);
  } else {
    reason = unknown_definition(a, b, row.group);
  }
  if (row.kind == QuantityKind::number) {
    compare_numbers(result, of_a, of_b, reason);
  } else {
    compare_words(result, of_a, of_b, reason);
  }
  return result;
}

std::vector<ModelPair::Condition> different_conditions(const ComparedModel& a, const ComparedModel& b) {
  std::vector<ModelPair::Condition> different;
  for (const auto& [name, value] : a.conditions) {
    const std::string* theirs = find_setting(b.conditions, name);
    if (theirs != nullptr && *theirs != value) different.push_back({name, value, *theirs});
  }
  return different;
}

ModelPair make_pair_of(const std::vector<ComparedModel>& models, std::size_t first, std::size_t second) {
  const RelatedModels related = relate(models[first], models[second]);
  if (related.reversed) std::swap(first, second);
  ModelPair pair;
  pair.relation = related.relation;
  pair.from = first;
  pair.to = second;
  const ComparedModel &a = models[first], &b = models[second];
  pair.conditions = different_conditions(a, b);
  for (std::size_t q = 0; q < compared_quantities().size(); ++q)
    pair.differences.push_back(compare_quantity(q, a, b));
  return pair;
}

void make_labels_unique(std::vector<ComparedModel>& models) {
  std::map<std::string, int> count;
  for (const ComparedModel& model : models) ++count[model.label];
  for (ComparedModel& model : models) {
    if (count[model.label] > 1) model.label += " (" + model.source + ")";
  }
  std::set<std::string> used;
  for (ComparedModel& model : models) {
    const std::string label = model.label;
    for (int i = 2; !used.insert(model.label).second; ++i) model.label = label + " #" + std::to_string(i);
  }
}

/// How far an end of an interval is from its value.
double arm(double value, double end) {
  return std::abs(end - value);
}

}  // namespace

const char* name_of(Relation relation) {
  switch (relation) {
    case Relation::published:
      return "published";
    case Relation::same_model:
      return "same_model";
    case Relation::base_instruct:
      return "base_instruct";
    case Relation::small_large:
      return "small_large";
    case Relation::other:
      return "other";
  }
  return "other";
}

stats::Estimate difference_of(const stats::Estimate& a, const stats::Estimate& b) {
  stats::Estimate result;
  const double difference = *b.value - *a.value;
  result.value = difference;
  for (const stats::Estimate* estimate : {&a, &b}) {
    if (estimate->low && estimate->high) continue;
    result.interval_reason = estimate->interval_reason;
    return result;
  }
  result.low = difference - std::hypot(arm(*b.value, *b.low), arm(*a.value, *a.high));
  result.high = difference + std::hypot(arm(*b.value, *b.high), arm(*a.value, *a.low));
  return result;
}

std::optional<double> in_half_widths(const stats::Estimate& difference, std::string& reason) {
  reason = difference.value ? difference.interval_reason : difference.reason;
  if (!difference.value || !difference.low || !difference.high) return std::nullopt;
  const double towards_zero = *difference.value > 0 ? *difference.low : *difference.high;
  const double half_width = std::abs(*difference.value - towards_zero);
  if (half_width > 0) return *difference.value / half_width;
  reason = "the interval of the difference has no width";
  return std::nullopt;
}

Comparison compare_models(std::vector<ComparedModel> models) {
  if (models.size() < 2) throw Error(ExitClass::usage, "compare: one model, expected at least two");
  Comparison comparison;
  make_labels_unique(models);
  comparison.models = std::move(models);
  for (std::size_t second = 1; second < comparison.models.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      require_same_definitions(comparison.models[first], comparison.models[second]);
      comparison.pairs.push_back(make_pair_of(comparison.models, first, second));
    }
  }
  std::stable_sort(comparison.pairs.begin(), comparison.pairs.end(),
                   [](const ModelPair& a, const ModelPair& b) { return a.relation < b.relation; });
  return comparison;
}

}  // namespace phasescope::report
