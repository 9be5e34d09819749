#include "xml_check.h"

#include <algorithm>
#include <regex>

namespace phasescope::report::testing {
namespace {

bool has_stray_markup(const std::string& text) {
  static const std::regex entity("&(amp|lt|gt|quot|apos|#[0-9]+);");
  const std::string rest = std::regex_replace(text, entity, "");
  return rest.find_first_of("<>&") != std::string::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  XmlDocument read() {
    while (!text_.empty() && document_.fault.empty()) step();
    if (document_.fault.empty() && !open_.empty()) document_.fault = "never closed: " + open_.back();
    return document_;
  }

 private:
  void step() {
    const std::size_t start = std::min(text_.find('<'), text_.size());
    const std::string content(text_.substr(0, start));
    if (has_stray_markup(content)) document_.fault = "stray markup in text: " + content;
    text_.remove_prefix(start);
    if (text_.empty()) return;
    const std::size_t end = text_.find('>');
    if (end == std::string_view::npos)
      document_.fault = "a tag never ends";
    else
      read_tag(std::string(text_.substr(1, end - 1)));
    text_.remove_prefix(std::min(end, text_.size() - 1) + 1);
  }

  void read_tag(std::string tag) {
    if (tag.front() == '/') {
      if (open_.empty() || open_.back() != tag.substr(1))
        document_.fault = "closed out of order: " + tag;
      else
        open_.pop_back();
      return;
    }
    const bool empty = tag.back() == '/';
    if (empty) tag.pop_back();
    static const std::regex shape("([a-zA-Z]+)((?: [a-zA-Z0-9:-]+=\"[^\"<]*\")*)");
    std::smatch match;
    if (!std::regex_match(tag, match, shape)) {
      document_.fault = "not a tag: " + tag;
      return;
    }
    document_.elements.push_back(match[1]);
    read_attributes(match[1], match[2]);
    if (!empty) open_.push_back(match[1]);
  }

  void read_attributes(const std::string& element, const std::string& text) {
    static const std::regex attribute(" ([^=]+)=\"([^\"]*)\"");
    std::vector<std::string> names;
    for (std::sregex_iterator it(text.begin(), text.end(), attribute), end; it != end; ++it) {
      const std::string name = (*it)[1];
      if (std::find(names.begin(), names.end(), name) != names.end()) document_.fault = "twice: " + name;
      if (has_stray_markup((*it)[2])) document_.fault = "stray markup in " + name;
      names.push_back(name);
      document_.attributes.push_back({element, name, (*it)[2]});
    }
  }

  std::string_view text_;
  std::vector<std::string> open_;
  XmlDocument document_;
};

}  // namespace

std::vector<std::string> XmlDocument::values(const std::string& element, const std::string& name) const {
  std::vector<std::string> found;
  for (const XmlAttribute& attribute : attributes) {
    if (attribute.element == element && attribute.name == name) found.push_back(attribute.value);
  }
  return found;
}

XmlDocument read_xml(std::string_view text) {
  return Reader(text).read();
}

}  // namespace phasescope::report::testing
