#pragma once

#include <string>

#include "phasescope/base/json.h"

namespace phasescope::run {

// What there is to choose from, as documents {schema_version, kind, ...} for `ls`.

/// Models in the local hub cache: name, revisions, and family or why it cannot run.
Json list_models();
/// Shipped prompt sets with their sizes, categories and analyses. Errors: as shipped_prompt_sets.
Json list_prompts();
/// Model families, and in which formats they are read.
Json list_families();
/// The choices that make up a definition of ct_t, by the part of its id.
Json list_definitions();

/// A table of what one of these functions gave.
std::string list_text(const Json& list);

}  // namespace phasescope::run
