#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

// What a template is parsed into: expressions and statements, each with its line.

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

struct ArgumentList {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
};

struct LiteralNode {
  Value value;
};
struct NameNode {
  std::string name;
};
struct ListNode {
  std::vector<ExpressionPtr> items;
  bool is_tuple;
};
struct MapNode {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
struct AttributeNode {
  ExpressionPtr object;
  std::string name;
};
struct ItemNode {
  ExpressionPtr object;
  ExpressionPtr index;
};
struct SliceNode {
  ExpressionPtr object;
  ExpressionPtr start, stop, step;  ///< null where left out
};
struct CallNode {
  ExpressionPtr callee;
  ArgumentList arguments;
};
struct FilterNode {
  ExpressionPtr input;  ///< null in {% set x | filter %}: the block's text
  std::string name;
  ArgumentList arguments;
};
struct TestNode {
  ExpressionPtr input;
  std::string name;
  ArgumentList arguments;
};
struct NotNode {
  ExpressionPtr operand;
};
struct SignNode {
  ExpressionPtr operand;
  bool negative;
};
enum class BinaryOperator {
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  modulo,
  power,
  concatenate,
  logical_and,
  logical_or
};
struct BinaryNode {
  BinaryOperator operation;
  ExpressionPtr left, right;
};
enum class ComparisonOperator { equal, unequal, less, less_equal, greater, greater_equal, in, not_in };
/// a < b < c
struct ComparisonNode {
  ExpressionPtr first;
  std::vector<std::pair<ComparisonOperator, ExpressionPtr>> rest;
};
struct ConditionalNode {
  ExpressionPtr condition, then, otherwise;  ///< otherwise may be null
};

struct Expression {
  std::uint64_t line;
  std::variant<LiteralNode, NameNode, ListNode, MapNode, AttributeNode, ItemNode, SliceNode, CallNode,
               FilterNode, TestNode, NotNode, SignNode, BinaryNode, ComparisonNode, ConditionalNode>
      node;
};

struct Statement;
using Body = std::vector<Statement>;

struct TextStatement {
  std::string text;
};
struct OutputStatement {
  ExpressionPtr value;
};
struct IfStatement {
  struct Branch {
    ExpressionPtr condition;
    Body body;
  };
  std::vector<Branch> branches;
  Body otherwise;
};
/// Names that a value is assigned to; several take it apart. A dotted name is an attribute of a namespace.
struct AssignmentTarget {
  struct Place {
    std::string name;
    std::string attribute;  ///< empty: the variable itself
  };
  std::vector<Place> places;
  bool unpacks;
};
struct ForStatement {
  AssignmentTarget target;
  ExpressionPtr items;
  ExpressionPtr condition;  ///< may be null
  Body body;
  Body otherwise;  ///< when there was nothing to loop over
};
struct SetStatement {
  AssignmentTarget target;
  ExpressionPtr value;
};
/// {% set x %}...{% endset %}, with filters on the text.
struct CaptureStatement {
  AssignmentTarget target;
  ExpressionPtr filters;  ///< null, or a chain of filters whose innermost input is null
  Body body;
};
struct MacroStatement {
  struct Parameter {
    std::string name;
    ExpressionPtr fallback;  ///< may be null
  };
  std::string name;
  std::vector<Parameter> parameters;
  Body body;
};
/// {% generation %}: marks what the model wrote; prints as it is.
struct GenerationStatement {
  Body body;
};
struct BreakStatement {};
struct ContinueStatement {};

struct Statement {
  std::uint64_t line;
  std::variant<TextStatement, OutputStatement, IfStatement, ForStatement, SetStatement, CaptureStatement,
               MacroStatement, GenerationStatement, BreakStatement, ContinueStatement>
      node;
};

}  // namespace phasescope::text
