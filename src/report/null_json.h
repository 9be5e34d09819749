#pragma once

#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/model_null.h"
#include "phasescope/intelliton/null_marks.h"
#include "phasescope/intelliton/with_null.h"

namespace phasescope::report {

/// An estimate with its own null: {value, low, high, null {name, low, high, draws}, inside_null}, null with
/// reasons where something is undefined. `asked_for`: names of the nulls that were drawn.
Json with_null_json(const intelliton::WithNull& result, const std::vector<std::string>& asked_for);

/// {name, range {low, high}, inside}: `inside` is a list of marks when `by_species`, else one mark.
Json null_quantity_json(const intelliton::NullQuantity& quantity, bool by_species);

/// [{quantity, nulls}]
Json null_marks_json(const std::vector<intelliton::NullMark>& marks);

/// `object[name]` becomes the mark, or null beside its reason.
void set_mark(Json& object, const std::string& name, const std::optional<bool>& mark,
              const std::string& reason);

}  // namespace phasescope::report
