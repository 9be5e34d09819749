#include "model_relation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace phasescope::report {
namespace {

constexpr double kSameSize = 0.05;
constexpr std::array<std::string_view, 3> kBaseWords = {"base", "pt", "pretrained"};
constexpr std::array<std::string_view, 5> kInstructWords = {"instruct", "it", "chat", "sft", "dpo"};

/// The name's words in lower case: runs of letters and digits.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      words.back() += static_cast<char>(std::tolower(byte));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

template <class Words>
bool contains(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_tuning_word(const std::string& word) {
  return contains(kBaseWords, word) || contains(kInstructWords, word);
}

std::vector<std::string> without_tuning(const std::string& name) {
  std::vector<std::string> words = words_of(name);
  words.erase(std::remove_if(words.begin(), words.end(), is_tuning_word), words.end());
  return words;
}

std::string tuning_of(const ComparedModel& model) {
  return model.tuning.empty() ? tuning_in_name(model.model) : model.tuning;
}

/// The tuning of one, given the other: of two names alike but for a word, the bare one is the counterpart.
std::string tuning_beside(const ComparedModel& model, const ComparedModel& other) {
  const std::string own = tuning_of(model), theirs = tuning_of(other);
  if (!own.empty() || theirs.empty()) return own;
  if (without_tuning(model.model) != without_tuning(other.model)) return own;
  return theirs == "base" ? "instruct" : "base";
}

bool same_name(const ComparedModel& a, const ComparedModel& b) {
  return words_of(a.model) == words_of(b.model);
}

bool same_family(const ComparedModel& a, const ComparedModel& b) {
  return !a.family.empty() && a.family == b.family;
}

enum class Sizes { unknown, same, different };

Sizes sizes_of(const ComparedModel& a, const ComparedModel& b) {
  if (!a.parameters || !b.parameters) return Sizes::unknown;
  const auto [small, large] = std::minmax(*a.parameters, *b.parameters);
  const double difference = static_cast<double>(large - small);
  return difference <= kSameSize * static_cast<double>(large) ? Sizes::same : Sizes::different;
}

}  // namespace

std::string tuning_in_name(const std::string& name) {
  for (const std::string& word : words_of(name)) {
    if (contains(kBaseWords, word)) return "base";
    if (contains(kInstructWords, word)) return "instruct";
  }
  return {};
}

RelatedModels relate(const ComparedModel& first, const ComparedModel& second) {
  if (same_name(first, second) && first.published != second.published)
    return {Relation::published, second.published};
  if (same_name(first, second) || (!first.weights.empty() && first.weights == second.weights))
    return {Relation::same_model, false};
  if (!same_family(first, second)) return {};
  const std::string of_first = tuning_beside(first, second), of_second = tuning_beside(second, first);
  const Sizes sizes = sizes_of(first, second);
  if (sizes == Sizes::same && !of_first.empty() && !of_second.empty() && of_first != of_second)
    return {Relation::base_instruct, of_first == "instruct"};
  if (sizes == Sizes::different && of_first == of_second)
    return {Relation::small_large, *first.parameters > *second.parameters};
  return {};
}

}  // namespace phasescope::report
