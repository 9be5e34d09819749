#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace phasescope::text {

/// The character classes of Oniguruma, written as PCRE2 writes the members of a set [...].
struct CharacterClass {
  std::string members;
  bool negated = false;  ///< stands for all other characters
};

/// \s \S \w \W \d \D \h \H by their letter. Oniguruma's \w differs in and outside of a set.
std::optional<CharacterClass> shorthand_class(char letter, bool within_set);

/// The negation of a shorthand as members of a set, where that can be written.
std::optional<std::string> complement_members(char letter);

/// \b: between a word character and none.
std::string word_boundary();

/// [[:name:]].
std::optional<std::string> posix_class(const std::string& name);

/// \p{Name} for classes that PCRE2 has no equal property for.
std::optional<std::string> named_class(const std::string& name);

/// What PCRE2 calls the property \p{Name}: it knows general categories by their short names only, and takes
/// the bare name of a script to include characters that the script shares with others.
std::string property_name(const std::string& name);

}  // namespace phasescope::text
