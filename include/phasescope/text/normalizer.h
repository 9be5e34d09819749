#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/text/piece.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {

/// The first step of a tokenizer: rewrites a text before it is cut. Immutable; safe to share between threads.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void normalize(Piece& piece) const = 0;
};

/// A normalization form of Unicode.
class UnicodeNormalizer : public Normalizer {
 public:
  explicit UnicodeNormalizer(NormalizationForm form) : form_(form) {}
  void normalize(Piece& piece) const override;

 private:
  NormalizationForm form_;
};

/// The full lower case mapping of each character by itself.
class LowercaseNormalizer : public Normalizer {
 public:
  void normalize(Piece& piece) const override;
};

/// Removes white space at the ends.
class StripNormalizer : public Normalizer {
 public:
  StripNormalizer(bool left, bool right) : left_(left), right_(right) {}
  void normalize(Piece& piece) const override;

 private:
  bool left_;
  bool right_;
};

/// Removes combining marks (without decomposing first).
class StripAccentsNormalizer : public Normalizer {
 public:
  void normalize(Piece& piece) const override;
};

/// Puts a text before every piece that is not empty.
class PrependNormalizer : public Normalizer {
 public:
  explicit PrependNormalizer(std::string prefix) : prefix_(std::move(prefix)) {}
  void normalize(Piece& piece) const override { prepend(piece, prefix_); }

 private:
  std::string prefix_;
};

/// Replaces each match of a pattern by a fixed text.
class ReplaceNormalizer : public Normalizer {
 public:
  ReplaceNormalizer(Regex pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void normalize(Piece& piece) const override;

 private:
  Regex pattern_;
  std::string content_;
};

/// Writes every byte as its character of the byte-level alphabet.
class ByteLevelNormalizer : public Normalizer {
 public:
  void normalize(Piece& piece) const override;
};

/// BERT's cleaning of control characters and white space, spaces around CJK ideographs, removal of accents,
/// lower case (Devlin et al. 2018, as its reference tokenizer does).
class BertNormalizer : public Normalizer {
 public:
  struct Options {
    bool clean_text = true;
    bool space_ideographs = true;
    bool strip_accents = true;
    bool lowercase = true;
  };
  explicit BertNormalizer(const Options& options) : options_(options) {}
  void normalize(Piece& piece) const override;

 private:
  Options options_;
};

/// One normalizer after the other.
class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> steps) : steps_(std::move(steps)) {}
  void normalize(Piece& piece) const override {
    for (const auto& step : steps_) step->normalize(piece);
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

/// The normalizer that a tokenizer.json describes. Errors: input_file, naming the field, for an unknown type
/// or wrong options.
std::unique_ptr<Normalizer> read_normalizer(const JsonObject& description);

/// The regular expression of a field {"String": ...} or {"Regex": ...}, as normalizers and pre-tokenizers
/// have.
Regex read_pattern(const JsonObject& owner, const std::string& key);

}  // namespace phasescope::text
