#pragma once

#include <map>
#include <memory>
#include <string>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

class Scope;
using ScopePtr = std::shared_ptr<Scope>;

/// The variables that a part of a template sees: its own and, unless hidden, those around it.
class Scope : public std::enable_shared_from_this<Scope> {
 public:
  ScopePtr child() {
    auto inner = std::make_shared<Scope>();
    inner->outer_ = shared_from_this();
    return inner;
  }

  void set(const std::string& name, Value value) { variables_.insert_or_assign(name, std::move(value)); }

  Value get(const std::string& name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer_.get()) {
      const auto found = scope->variables_.find(name);
      if (found != scope->variables_.end()) return found->second;
    }
    return Undefined{name};
  }

 private:
  std::map<std::string, Value> variables_;
  ScopePtr outer_;
};

}  // namespace phasescope::text
