#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "phasescope/report/comparison_documents.h"

namespace phasescope::report {
namespace {

constexpr const char* kMissing = "-";

struct Group {
  const char* name;
  const char* title;
};
constexpr std::array<Group, 4> kGroups = {{{"species", "Species as published"},
                                           {"species_robust", "Species, sound estimates"},
                                           {"pairs", "Grounded against prone prompts, as published"},
                                           {"ct", "ct_t"}}};

const char* title_of(Relation relation) {
  switch (relation) {
    case Relation::published:
      return "Published and measured";
    case Relation::same_model:
      return "The same model";
    case Relation::base_instruct:
      return "Base and instruct";
    case Relation::small_large:
      return "Small and large";
    case Relation::other:
      return "Other pairs";
  }
  return "Other pairs";
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string estimate_text(const stats::Estimate& estimate) {
  if (!estimate.value) return kMissing;
  std::string text = number_text(*estimate.value);
  if (estimate.low && estimate.high)
    text += " [" + number_text(*estimate.low) + ", " + number_text(*estimate.high) + "]";
  return text;
}

std::string value_text(const ComparedValue& value) {
  return value.text ? *value.text : estimate_text(value.number);
}

/// Text from outside that would end a cell or a line.
std::string cell(std::string text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return safe;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& text : cells) line += " " + cell(text) + " |";
  return line + "\n";
}

std::string header(const std::vector<std::string>& cells) {
  std::string line = row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) line += "---|";
  return line + "\n";
}

bool is_measured(const Comparison& comparison, std::size_t quantity) {
  return std::any_of(comparison.models.begin(), comparison.models.end(),
                     [&](const ComparedModel& model) { return model.values[quantity].defined(); });
}

std::string joined(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += (text.empty() ? "" : ", ") + name + " " + value;
  return text;
}

std::string about_models(const Comparison& comparison) {
  std::vector<std::string> names = {""}, sources = {"source"}, definitions;
  for (const ComparedModel& model : comparison.models) {
    names.push_back(model.label);
    sources.push_back(model.source);
  }
  std::string text = header(names) + row(sources);
  for (const char* group : {"species", "ct"}) {
    std::vector<std::string> cells = {std::string("definition, ") + group};
    for (const ComparedModel& model : comparison.models) {
      const auto found = model.definitions.find(group);
      const auto unknown = model.undefined.find(group);
      cells.push_back(found != model.definitions.end()   ? joined(found->second)
                      : unknown != model.undefined.end() ? unknown->second
                                                         : kMissing);
    }
    text += row(cells);
  }
  return text;
}

/// The rows of one group that some model has, with a heading; empty when there are none.
std::string group_table(const Comparison& comparison, const Group& group) {
  std::vector<std::string> names = {""};
  for (const ComparedModel& model : comparison.models) names.push_back(model.label);
  std::string rows;
  for (std::size_t q = 0; q < compared_quantities().size(); ++q) {
    const Quantity& quantity = compared_quantities()[q];
    if (std::string_view(quantity.group) != group.name || !is_measured(comparison, q)) continue;
    std::vector<std::string> cells = {quantity.title};
    for (const ComparedModel& model : comparison.models) cells.push_back(value_text(model.values[q]));
    rows += row(cells);
  }
  if (rows.empty()) return {};
  return "\n## " + std::string(group.title) + "\n\n" + header(names) + rows;
}

/// Remarks in order of first appearance, each with the models it is about.
class Remarks {
 public:
  void add(const std::string& remark, const std::string& label) {
    const auto same = [&](const auto& known) { return known.first == remark; };
    const auto found = std::find_if(remarks_.begin(), remarks_.end(), same);
    if (found == remarks_.end()) {
      remarks_.emplace_back(remark, label);
    } else {
      found->second += ", " + label;
    }
  }
  std::string text() const {
    std::string lines;
    for (const auto& [remark, labels] : remarks_) lines += "- " + labels + ": " + remark + "\n";
    return lines;
  }

 private:
  std::vector<std::pair<std::string, std::string>> remarks_;
};

/// What a model lacks and another has, by reason.
void add_missing(Remarks& remarks, const Comparison& comparison, const ComparedModel& model) {
  std::vector<std::string> reasons;  // in order of appearance
  std::map<std::string, std::string> titles;
  for (std::size_t q = 0; q < compared_quantities().size(); ++q) {
    if (model.values[q].defined() || !is_measured(comparison, q)) continue;
    std::string& list = titles[model.values[q].reason()];
    if (list.empty()) reasons.push_back(model.values[q].reason());
    list += (list.empty() ? "" : "; ") + std::string(compared_quantities()[q].title);
  }
  for (const std::string& reason : reasons) remarks.add("no " + titles[reason] + ": " + reason, model.label);
}

std::string missing_list(const Comparison& comparison) {
  Remarks remarks;
  for (const ComparedModel& model : comparison.models) add_missing(remarks, comparison, model);
  for (const ComparedModel& model : comparison.models) {
    for (const std::string& note : model.notes) remarks.add(note, model.label);
  }
  const std::string text = remarks.text();
  return text.empty() ? text : "\n## Missing values and notes\n\n" + text;
}

std::string change_text(const QuantityDifference& difference) {
  if (difference.same) return *difference.same ? "the same" : "differs";
  return estimate_text(difference.difference);
}

/// Reasons that stand for a whole pair, such as an unknown definition, are said once, below its table.
std::string pair_table(const Comparison& comparison, const ModelPair& pair) {
  const ComparedModel &from = comparison.models[pair.from], &to = comparison.models[pair.to];
  std::string text = "\n### " + cell(from.label) + " to " + cell(to.label) + "\n\n" +
                     header({"", from.label, to.label, "difference", "half widths"});
  std::vector<std::string> reasons;
  for (const QuantityDifference& difference : pair.differences) {
    const ComparedValue &of_from = from.values[difference.quantity], &of_to = to.values[difference.quantity];
    if (!of_from.defined() || !of_to.defined()) continue;
    const Quantity& quantity = compared_quantities()[difference.quantity];
    const std::string widths = difference.half_widths ? number_text(*difference.half_widths) : kMissing;
    text += row({quantity.title, value_text(of_from), value_text(of_to), change_text(difference), widths});
    const bool compared = difference.difference.value || difference.same;
    const std::string& reason =
        quantity.kind == QuantityKind::number ? difference.difference.reason : difference.same_reason;
    if (!compared && std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(reason);
  }
  if (reasons.empty() && pair.conditions.empty()) return text;
  text += "\n";
  for (const std::string& reason : reasons) text += "- Without difference: " + reason + "\n";
  for (const ModelPair::Condition& condition : pair.conditions)
    text += "- Also different: " + condition.name + " (" + condition.from + ", " + condition.to + ")\n";
  return text;
}

}  // namespace

std::string comparison_to_markdown(const Comparison& comparison) {
  std::string text = "# Models side by side\n\n" + about_models(comparison);
  for (const Group& group : kGroups) text += group_table(comparison, group);
  text += missing_list(comparison);
  const ModelPair* before = nullptr;
  for (const ModelPair& pair : comparison.pairs) {
    if (before == nullptr || before->relation != pair.relation)
      text += "\n## " + std::string(title_of(pair.relation)) + "\n";
    text += pair_table(comparison, pair);
    before = &pair;
  }
  return text +
         "\nIntervals are 95 %. Half widths: the difference over the half of its own interval that faces 0, "
         "so beyond 1 the interval leaves out 0 (the two models taken as independent).\n";
}

}  // namespace phasescope::report
