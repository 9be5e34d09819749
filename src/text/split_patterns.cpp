#include "phasescope/text/split_patterns.h"

#include <map>
#include <utility>
#include <vector>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

constexpr char contractions[] = R"((?i:'s|'t|'re|'ve|'m|'ll|'d))";
constexpr char words[] = R"([^\r\n\p{L}\p{N}]?\p{L}+)";
constexpr char punctuation_and_space[] = R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char cased_words[] =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)";
constexpr char upper_case_words[] =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)";
constexpr char paths_and_space[] = R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

using Steps = std::vector<std::unique_ptr<PreTokenizer>>;

std::unique_ptr<PreTokenizer> split(const std::string& pattern) {
  return std::make_unique<SplitPreTokenizer>(Regex(pattern, "", "tokenizer.ggml.pre"),
                                             SplitBehavior::isolated, false);
}

std::unique_ptr<PreTokenizer> bytes(bool use_pattern) {
  return std::make_unique<ByteLevelPreTokenizer>(false, use_pattern);
}

SplitPattern sequence(Steps steps) {
  SplitPattern result;
  result.pre_tokenizer = std::make_unique<PreTokenizerSequence>(std::move(steps));
  return result;
}

/// One pattern, then bytes.
SplitPattern by_pattern(const std::string& pattern) {
  Steps steps;
  steps.push_back(split(pattern));
  steps.push_back(bytes(false));
  return sequence(std::move(steps));
}

SplitPattern gpt2() {
  SplitPattern result;
  result.pre_tokenizer = bytes(true);
  return result;
}

/// Every digit by itself, then as GPT-2.
SplitPattern single_digits() {
  Steps steps;
  steps.push_back(std::make_unique<CharacterPreTokenizer>(is_numeric, SplitBehavior::isolated));
  steps.push_back(bytes(true));
  return sequence(std::move(steps));
}

SplitPattern with_numbers_of(const std::string& numbers) {
  return by_pattern(std::string(contractions) + "|" + words + "|" + numbers + "|" + punctuation_and_space);
}

SplitPattern dbrx() {
  return with_numbers_of(R"(\p{N}{1,3})");
}

SplitPattern smaug() {
  SplitPattern result = dbrx();
  result.ignore_merges = true;
  return result;
}

SplitPattern llama3() {
  SplitPattern result = smaug();
  result.add_bos = true;
  return result;
}

SplitPattern stablelm2() {
  return with_numbers_of(R"(\p{N})");
}

SplitPattern qwen2() {
  SplitPattern result = stablelm2();
  result.normalizer = std::make_unique<UnicodeNormalizer>(NormalizationForm::nfc);
  return result;
}

SplitPattern tekken() {
  SplitPattern result =
      by_pattern(std::string(cased_words) + "|" + upper_case_words + R"(|\p{N}|)" + paths_and_space);
  result.ignore_merges = true;
  result.add_bos = true;
  return result;
}

SplitPattern gpt4o() {
  return by_pattern(std::string(cased_words) + contractions + "?|" + upper_case_words + contractions +
                    R"(?|\p{N}{1,3}|)" + paths_and_space);
}

/// Runs of punctuation, then as GPT-2, then numbers in groups of three.
SplitPattern falcon() {
  Steps steps;
  steps.push_back(std::make_unique<CharacterPreTokenizer>(is_punctuation, SplitBehavior::contiguous));
  steps.push_back(bytes(true));
  steps.push_back(std::make_unique<CharacterPreTokenizer>(is_numeric, SplitBehavior::contiguous));
  steps.push_back(split("[0-9][0-9][0-9]"));
  return sequence(std::move(steps));
}

SplitPattern unnamed() {
  Steps steps;
  steps.push_back(split(R"([\p{P}$+<=>\^~|]+)"));
  steps.push_back(split(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S))"));
  steps.push_back(split(R"(\p{N}+)"));
  steps.push_back(split("[0-9][0-9][0-9]"));
  steps.push_back(bytes(false));
  return sequence(std::move(steps));
}

using Maker = SplitPattern (*)();

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> table = {
      {"", unnamed},
      {"default", unnamed},
      {"gpt-2", gpt2},
      {"phi-2", gpt2},
      {"mpt", gpt2},
      {"olmo", gpt2},
      {"jais", gpt2},
      {"trillion", gpt2},
      {"exaone4", gpt2},
      {"granite-docling", gpt2},
      {"smollm", single_digits},
      {"starcoder", single_digits},
      {"refact", single_digits},
      {"command-r", single_digits},
      {"codeshell", single_digits},
      {"exaone", single_digits},
      {"minerva-7b", single_digits},
      {"llama3", llama3},
      {"llama-v3", llama3},
      {"llama-bpe", llama3},
      {"falcon3", llama3},
      {"falcon-h1", llama3},
      {"pixtral", llama3},
      {"lfm2", llama3},
      {"dbrx", dbrx},
      {"smaug-bpe", smaug},
      {"stablelm2", stablelm2},
      {"qwen2", qwen2},
      {"deepseek-r1-qwen", qwen2},
      {"megrez", qwen2},
      {"tekken", tekken},
      {"gpt-4o", gpt4o},
      {"llama4", gpt4o},
      {"falcon", falcon},
  };
  return table;
}

}  // namespace

SplitPattern named_split_pattern(const std::string& name, const std::string& file) {
  const auto found = makers().find(name);
  if (found != makers().end()) return found->second();
  std::string known;
  for (const auto& [known_name, maker] : makers()) {
    if (!known_name.empty()) known += (known.empty() ? "" : ", ") + known_name;
  }
  throw_input_error(file, "tokenizer.ggml.pre", "\"" + name + "\" is not supported", "one of " + known);
}

}  // namespace phasescope::text
