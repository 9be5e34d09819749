#pragma once

#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/text/regex.h"

namespace phasescope::text {

/// Turns the texts of tokens back into the text they came from: a step rewrites the list, and what the last
/// step leaves is joined. Immutable; safe to share between threads.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void decode(std::vector<std::string>& tokens) const = 0;
};

/// Characters of the byte-level alphabet back to bytes; what is no UTF-8 then becomes U+FFFD. A token with a
/// character outside of that alphabet stands as it is.
class ByteLevelDecoder : public Decoder {
 public:
  void decode(std::vector<std::string>& tokens) const override;
};

/// Marks back to spaces; the first token loses its marks if one was put before the text.
class MetaspaceDecoder : public Decoder {
 public:
  MetaspaceDecoder(std::string mark, bool was_prepended)
      : mark_(std::move(mark)), was_prepended_(was_prepended) {}
  void decode(std::vector<std::string>& tokens) const override;

 private:
  std::string mark_;
  bool was_prepended_;
};

/// Runs of tokens <0x00>...<0xFF> to the text of these bytes, or to one U+FFFD each when they are no UTF-8.
class ByteFallbackDecoder : public Decoder {
 public:
  void decode(std::vector<std::string>& tokens) const override;
};

/// Joins all tokens into one.
class FuseDecoder : public Decoder {
 public:
  void decode(std::vector<std::string>& tokens) const override;
};

/// Removes up to so many copies of a character from the ends of each token.
class StripDecoder : public Decoder {
 public:
  StripDecoder(std::string character, std::size_t left, std::size_t right)
      : character_(std::move(character)), left_(left), right_(right) {}
  void decode(std::vector<std::string>& tokens) const override;

 private:
  std::string character_;
  std::size_t left_;
  std::size_t right_;
};

/// Replaces each match of a pattern within a token.
class ReplaceDecoder : public Decoder {
 public:
  ReplaceDecoder(Regex pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void decode(std::vector<std::string>& tokens) const override;

 private:
  Regex pattern_;
  std::string content_;
};

/// Joins continuing subwords, puts spaces between words, and with `cleanup` takes out the spaces before
/// English punctuation and contractions.
class WordPieceDecoder : public Decoder {
 public:
  WordPieceDecoder(std::string prefix, bool cleanup) : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  void decode(std::vector<std::string>& tokens) const override;

 private:
  std::string prefix_;
  bool cleanup_;
};

/// Replaces the suffix of word ends by spaces, in the last token by nothing.
class WordEndDecoder : public Decoder {
 public:
  explicit WordEndDecoder(std::string suffix) : suffix_(std::move(suffix)) {}
  void decode(std::vector<std::string>& tokens) const override;

 private:
  std::string suffix_;
};

class DecoderSequence : public Decoder {
 public:
  explicit DecoderSequence(std::vector<std::unique_ptr<Decoder>> steps) : steps_(std::move(steps)) {}
  void decode(std::vector<std::string>& tokens) const override {
    for (const auto& step : steps_) step->decode(tokens);
  }

 private:
  std::vector<std::unique_ptr<Decoder>> steps_;
};

/// The decoder that a tokenizer.json describes. Errors: input_file, naming the field, for an unknown type or
/// wrong options.
std::unique_ptr<Decoder> read_decoder(const JsonObject& description);

}  // namespace phasescope::text
