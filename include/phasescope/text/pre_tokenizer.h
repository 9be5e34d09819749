#pragma once

#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/text/piece.h"

namespace phasescope::text {

/// The second step of a tokenizer: cuts a text into the pieces that the model sees one by one. Immutable;
/// safe to share between threads.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  /// Appends what becomes of one piece.
  virtual void cut(Piece piece, std::vector<Piece>& pieces) const = 0;
};

/// Cuts at the matches of a pattern, or with `invert` at what lies between them.
class SplitPreTokenizer : public PreTokenizer {
 public:
  SplitPreTokenizer(Regex pattern, SplitBehavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}
  void cut(Piece piece, std::vector<Piece>& pieces) const override;

 private:
  Regex pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

/// Cuts by GPT-2's pattern, then writes every byte as its character of the byte-level alphabet.
class ByteLevelPreTokenizer : public PreTokenizer {
 public:
  ByteLevelPreTokenizer(bool add_prefix_space, bool use_pattern);
  void cut(Piece piece, std::vector<Piece>& pieces) const override;

 private:
  bool add_prefix_space_;
  std::unique_ptr<Regex> pattern_;  ///< null: no cutting
};

/// Writes spaces as a visible mark, puts one before the text, cuts before each.
class MetaspacePreTokenizer : public PreTokenizer {
 public:
  enum class Prepend { always, first, never };
  MetaspacePreTokenizer(std::string mark, Prepend scheme, bool split)
      : mark_(std::move(mark)), scheme_(scheme), split_(split) {}
  void cut(Piece piece, std::vector<Piece>& pieces) const override;

 private:
  std::string mark_;
  Prepend scheme_;
  bool split_;
};

/// Cuts at single characters of a class.
class CharacterPreTokenizer : public PreTokenizer {
 public:
  using Predicate = bool (*)(char32_t);
  CharacterPreTokenizer(Predicate predicate, SplitBehavior behavior)
      : predicate_(predicate), behavior_(behavior) {}
  void cut(Piece piece, std::vector<Piece>& pieces) const override;

 private:
  Predicate predicate_;
  SplitBehavior behavior_;
};

/// One pre-tokenizer after the other, each on every piece of the one before.
class PreTokenizerSequence : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> steps)
      : steps_(std::move(steps)) {}
  void cut(Piece piece, std::vector<Piece>& pieces) const override;

 private:
  std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

/// The pre-tokenizer that a tokenizer.json describes. Errors: input_file, naming the field, for an unknown
/// type or wrong options.
std::unique_ptr<PreTokenizer> read_pre_tokenizer(const JsonObject& description);

}  // namespace phasescope::text
