#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phasescope::report::testing {

/// One attribute of an element of a document.
struct XmlAttribute {
  std::string element;
  std::string name;
  std::string value;
};

struct XmlDocument {
  std::vector<XmlAttribute> attributes;
  std::vector<std::string> elements;  ///< names, in order of their opening tags
  std::string fault;                  ///< why it is not well-formed, or ""

  /// Values of an attribute of all elements of one name, in order.
  std::vector<std::string> values(const std::string& element, const std::string& name) const;
};

/// Reads the part of XML that drawings use: elements, attributes in double quotes, the five named entities
/// and decimal ones. Anything else is a fault, so a document without one is well-formed XML.
XmlDocument read_xml(std::string_view text);

}  // namespace phasescope::report::testing
