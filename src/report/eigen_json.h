#pragma once

#include <string>

#include <Eigen/Core>

#include "phasescope/base/json.h"

namespace phasescope::report {

/// A vector as a JSON list; entries that are not finite become null.
template <typename Derived>
Json list_json(const Eigen::DenseBase<Derived>& values) {
  Json list = Json::array();
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    if constexpr (std::is_integral_v<typename Derived::Scalar>) {
      list.push_back(values(i));
    } else {
      list.push_back(number_or_null(static_cast<double>(values(i))));
    }
  }
  return list;
}

/// A matrix as a JSON list of its rows.
template <typename Derived>
Json rows_json(const Eigen::DenseBase<Derived>& values) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < values.rows(); ++i) rows.push_back(list_json(values.row(i)));
  return rows;
}

/// `object[name]` becomes the value, or null beside `<name>_reason`.
template <typename Value>
void set_optional(Json& object, const std::string& name, const std::optional<Value>& value,
                  const std::string& reason) {
  if (value) {
    object[name] = *value;
  } else {
    object[name] = nullptr;
    object[name + "_reason"] = reason;
  }
}

}  // namespace phasescope::report
