#include "phasescope/text/template_evaluator.h"

#include <stdexcept>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/text/template_filters.h"
#include "phasescope/text/template_functions.h"
#include "phasescope/text/template_operations.h"
#include "phasescope/text/template_scope.h"
#include "phasescope/text/template_tests.h"

namespace phasescope::text {
namespace {

constexpr int deepest_call = 100;
constexpr std::size_t largest_output = 1 << 28;  // bytes

enum class Flow { next, leave_loop, next_iteration };

class Evaluator {
 public:
  explicit Evaluator(std::string file) : file_(std::move(file)) {}

  Flow run(const Body& body, const ScopePtr& scope, std::string& output) {
    for (const Statement& statement : body) {
      line_ = statement.line;
      const Flow flow =
          std::visit([&](const auto& node) { return execute(node, scope, output); }, statement.node);
      if (flow != Flow::next) return flow;
      if (output.size() > largest_output) fail("the output is too long");
    }
    return Flow::next;
  }

  std::string run_all(const Body& body, const ScopePtr& scope) {
    std::string output;
    guarded([&] { run(body, scope, output); });
    return output;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw_input_error(file_, "chat template", reason, {}, at_line(line_));
  }

  /// What goes wrong within gets the line it went wrong on.
  template <typename Action>
  void guarded(Action&& action) {
    try {
      action();
    } catch (const std::invalid_argument& error) {
      fail(error.what());
    }
  }

  // Statements

  Flow execute(const TextStatement& node, const ScopePtr&, std::string& output) {
    output += node.text;
    return Flow::next;
  }

  Flow execute(const OutputStatement& node, const ScopePtr& scope, std::string& output) {
    output += evaluate(node.value, scope).text();
    return Flow::next;
  }

  Flow execute(const IfStatement& node, const ScopePtr& scope, std::string& output) {
    for (const IfStatement::Branch& branch : node.branches) {
      if (evaluate(branch.condition, scope).truth()) return run(branch.body, scope, output);
    }
    return run(node.otherwise, scope, output);
  }

  Flow execute(const SetStatement& node, const ScopePtr& scope, std::string&) {
    assign(node.target, evaluate(node.value, scope), scope);
    return Flow::next;
  }

  Flow execute(const CaptureStatement& node, const ScopePtr& scope, std::string&) {
    std::string text;
    const Flow flow = run(node.body, scope->child(), text);
    assign(node.target, filtered_block(node.filters, text, scope), scope);
    return flow;
  }

  Flow execute(const GenerationStatement& node, const ScopePtr& scope, std::string& output) {
    return run(node.body, scope->child(), output);
  }

  Flow execute(const MacroStatement& node, const ScopePtr& scope, std::string&) {
    // The macro's body lives in the parsed template, which outlives this evaluation; its scope is held
    // weakly, for it holds the macro.
    std::weak_ptr<Scope> defined_in = scope;
    scope->set(node.name, ValueFunction{node.name, [this, &node, defined_in](const CallArguments& arguments) {
                                          return call_macro(node, defined_in.lock(), arguments);
                                        }});
    return Flow::next;
  }

  Flow execute(const BreakStatement&, const ScopePtr&, std::string&) { return Flow::leave_loop; }
  Flow execute(const ContinueStatement&, const ScopePtr&, std::string&) { return Flow::next_iteration; }

  Flow execute(const ForStatement& node, const ScopePtr& scope, std::string& output) {
    const std::vector<Value> items = loop_items(node, scope);
    if (items.empty()) return run(node.otherwise, scope, output);
    LoopState state;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const ScopePtr inner = scope->child();
      inner->set("loop", loop_variable(items, i, state));
      assign(node.target, items[i], inner);
      if (run(node.body, inner, output) == Flow::leave_loop) break;
    }
    return Flow::next;
  }

  /// What the loop goes through: its filter is applied beforehand, so that loop.length counts what is left.
  std::vector<Value> loop_items(const ForStatement& node, const ScopePtr& scope) {
    std::vector<Value> items = items_of(evaluate(node.items, scope));
    if (!node.condition) return items;
    std::vector<Value> kept;
    for (Value& item : items) {
      const ScopePtr inner = scope->child();
      assign(node.target, item, inner);
      if (evaluate(node.condition, inner).truth()) kept.push_back(std::move(item));
    }
    return kept;
  }

  void assign(const AssignmentTarget& target, const Value& value, const ScopePtr& scope) {
    if (!target.unpacks) return assign(target.places.front(), value, scope);
    const std::vector<Value> parts = items_of(value);
    if (parts.size() != target.places.size()) {
      fail(std::to_string(parts.size()) + " values for " + std::to_string(target.places.size()) + " names");
    }
    for (std::size_t i = 0; i < parts.size(); ++i) assign(target.places[i], parts[i], scope);
  }

  void assign(const AssignmentTarget::Place& place, const Value& value, const ScopePtr& scope) {
    if (place.attribute.empty()) return scope->set(place.name, value);
    const Value object = scope->get(place.name);
    const auto* space = object.as<Value::Namespace>();
    if (space == nullptr) fail("'" + place.name + "' is no namespace, so its attribute cannot be set");
    (*space)->attributes.set(place.attribute, value);
  }

  Value filtered_block(const ExpressionPtr& filters, const std::string& text, const ScopePtr& scope) {
    if (!filters) return text;
    const FilterNode& filter = std::get<FilterNode>(filters->node);
    return apply_template_filter(filter.name, filtered_block(filter.input, text, scope),
                                 arguments_of(filter.arguments, scope));
  }

  Value call_macro(const MacroStatement& node, const ScopePtr& defined_in, const CallArguments& arguments) {
    if (!defined_in) fail("macro '" + node.name + "' is called outside of the loop that defines it");
    if (++call_depth_ > deepest_call) fail("macros call each other too deeply");
    const ScopePtr scope = defined_in->child();
    check_arguments(node, arguments);
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      const MacroStatement::Parameter& parameter = node.parameters[i];
      const Value* given = arguments.find(i, parameter.name);
      const Value missing = parameter.fallback && given == nullptr ? evaluate(parameter.fallback, scope)
                                                                   : Value(Undefined{parameter.name});
      scope->set(parameter.name, given != nullptr ? *given : missing);
    }
    std::string output;
    run(node.body, scope, output);
    --call_depth_;
    return output;
  }

  void check_arguments(const MacroStatement& node, const CallArguments& arguments) const {
    if (arguments.positional.size() > node.parameters.size()) {
      fail("macro '" + node.name + "' takes only " + std::to_string(node.parameters.size()) + " arguments");
    }
    for (const auto& [name, value] : arguments.named) {
      bool known = false;
      for (const MacroStatement::Parameter& parameter : node.parameters)
        known = known || parameter.name == name;
      if (!known) fail("macro '" + node.name + "' takes no argument '" + name + "'");
    }
  }

  // Expressions

  Value evaluate(const ExpressionPtr& expression, const ScopePtr& scope) {
    line_ = expression->line;
    return std::visit([&](const auto& node) { return evaluate(node, scope); }, expression->node);
  }

  CallArguments arguments_of(const ArgumentList& list, const ScopePtr& scope) {
    CallArguments arguments;
    for (const ExpressionPtr& item : list.positional) arguments.positional.push_back(evaluate(item, scope));
    for (const auto& [name, item] : list.named) arguments.named.emplace_back(name, evaluate(item, scope));
    return arguments;
  }

  Value evaluate(const LiteralNode& node, const ScopePtr&) { return node.value; }
  Value evaluate(const NameNode& node, const ScopePtr& scope) { return scope->get(node.name); }

  Value evaluate(const ListNode& node, const ScopePtr& scope) {
    ValueList list{{}, node.is_tuple};
    for (const ExpressionPtr& item : node.items) list.items.push_back(evaluate(item, scope));
    return list;
  }

  Value evaluate(const MapNode& node, const ScopePtr& scope) {
    ValueMap map;
    for (const auto& [key, item] : node.entries) map.set(evaluate(key, scope), evaluate(item, scope));
    return map;
  }

  Value evaluate(const AttributeNode& node, const ScopePtr& scope) {
    return attribute_of(evaluate(node.object, scope), node.name);
  }

  /// A key that is missing may still be the name of a method.
  Value evaluate(const ItemNode& node, const ScopePtr& scope) {
    const Value object = evaluate(node.object, scope);
    const Value index = evaluate(node.index, scope);
    Value found = item_of(object, index);
    return found.is<Undefined>() && index.is<std::string>() ? attribute_of(object, *index.as<std::string>())
                                                            : found;
  }

  Value evaluate(const SliceNode& node, const ScopePtr& scope) {
    const auto bound = [&](const ExpressionPtr& part) { return part ? evaluate(part, scope) : Value(); };
    const Value object = evaluate(node.object, scope);
    const Value start = bound(node.start);
    const Value stop = bound(node.stop);
    return slice_of(object, start, stop, bound(node.step));
  }

  Value evaluate(const CallNode& node, const ScopePtr& scope) {
    const Value callee = evaluate(node.callee, scope);
    const CallArguments arguments = arguments_of(node.arguments, scope);
    if (const auto* function = callee.as<Value::Function>()) return (*function)->call(arguments);
    line_ = node.callee->line;
    fail(described(node.callee) + " is not supported");
  }

  /// What a call that leads nowhere calls.
  std::string described(const ExpressionPtr& callee) const {
    if (const auto* name = std::get_if<NameNode>(&callee->node)) return "function \"" + name->name + "\"";
    if (const auto* attribute = std::get_if<AttributeNode>(&callee->node))
      return "method \"" + attribute->name + "\"";
    return "calling this value";
  }

  Value evaluate(const FilterNode& node, const ScopePtr& scope) {
    const Value input = evaluate(node.input, scope);
    return apply_template_filter(node.name, input, arguments_of(node.arguments, scope));
  }

  Value evaluate(const TestNode& node, const ScopePtr& scope) {
    const Value input = evaluate(node.input, scope);
    return apply_template_test(node.name, input, arguments_of(node.arguments, scope));
  }

  Value evaluate(const NotNode& node, const ScopePtr& scope) {
    return !evaluate(node.operand, scope).truth();
  }

  Value evaluate(const SignNode& node, const ScopePtr& scope) {
    const Value operand = evaluate(node.operand, scope);
    return node.negative ? negate(operand) : operand;
  }

  /// In Jinja adding to a text that is marked as safe escapes the other one.
  static bool is_marked_safe(const ExpressionPtr& expression) {
    const auto* filter = std::get_if<FilterNode>(&expression->node);
    return filter != nullptr && filter->name == "safe";
  }

  Value evaluate(const BinaryNode& node, const ScopePtr& scope) {
    const bool escapes =
        node.operation == BinaryOperator::add && (is_marked_safe(node.left) || is_marked_safe(node.right));
    if (escapes) throw std::invalid_argument("+ beside the filter \"safe\" is not supported");
    Value left = evaluate(node.left, scope);
    if (node.operation == BinaryOperator::logical_or && left.truth()) return left;
    if (node.operation == BinaryOperator::logical_and && !left.truth()) return left;
    Value right = evaluate(node.right, scope);
    const bool is_logical =
        node.operation == BinaryOperator::logical_or || node.operation == BinaryOperator::logical_and;
    return is_logical ? right : apply_binary(node.operation, left, right);
  }

  Value evaluate(const ComparisonNode& node, const ScopePtr& scope) {
    Value left = evaluate(node.first, scope);
    for (const auto& [operation, expression] : node.rest) {
      Value right = evaluate(expression, scope);
      if (!apply_comparison(operation, left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

  Value evaluate(const ConditionalNode& node, const ScopePtr& scope) {
    if (evaluate(node.condition, scope).truth()) return evaluate(node.then, scope);
    return node.otherwise ? evaluate(node.otherwise, scope)
                          : Value(Undefined{"the other case of an inline if"});
  }

  std::string file_;
  std::uint64_t line_ = 0;
  int call_depth_ = 0;
};

}  // namespace

// Its values are moved from, which clang-tidy does not see through a structured binding.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
std::string evaluate_template(const Body& body, std::map<std::string, Value> variables, const std::tm& now,
                              const std::string& file) {
  const auto globals = std::make_shared<Scope>();
  for (auto& [name, function] : template_functions(now)) globals->set(name, function);
  const ScopePtr scope = globals->child();
  for (auto& [name, value] : variables) scope->set(name, std::move(value));
  return Evaluator(file).run_all(body, scope);
}

}  // namespace phasescope::text
