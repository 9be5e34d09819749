#include "phasescope/text/post_processor.h"

#include <limits>
#include <string>

namespace phasescope::text {
namespace {

constexpr std::int64_t largest_id = std::numeric_limits<std::int32_t>::max();

std::vector<std::int64_t> special_token_ids(const JsonObject& description, const std::string& name) {
  const JsonObject token = description.object("special_tokens").object(name);
  std::vector<std::int64_t> ids = token.integers("ids");
  for (const std::int64_t id : ids) {
    if (id < 0 || id > largest_id) token.fail("ids", "holds " + std::to_string(id), "token ids");
  }
  return ids;
}

PostProcessor read_template(const JsonObject& description) {
  PostProcessor processor;
  bool text_seen = false;
  std::size_t index = 0;
  for (const Json& item : description.array("single")) {
    const JsonObject piece(item, description.file(),
                           description.field("single") + "[" + std::to_string(index++) + "]");
    if (piece.has("Sequence")) {
      const std::string name = piece.object("Sequence").text("id");
      if (name != "A" || text_seen) piece.fail("Sequence.id", "found \"" + name + "\"", "\"A\", once");
      text_seen = true;
      continue;
    }
    std::vector<std::int64_t>& side = text_seen ? processor.behind : processor.before;
    for (const std::int64_t id : special_token_ids(description, piece.object("SpecialToken").text("id"))) {
      side.push_back(id);
    }
  }
  if (!text_seen) description.fail("single", "has no place for the text", "a piece \"Sequence\"");
  return processor;
}

/// ["[CLS]", 101]
std::int64_t read_token_pair(const JsonObject& description, const std::string& key) {
  const Json& pair = description.array(key);
  const bool valid = pair.size() == 2 && pair[1].is_number_integer() && pair[1].get<std::int64_t>() >= 0 &&
                     pair[1].get<std::int64_t>() <= largest_id;
  if (!valid) description.fail(key, "found " + pair.dump(), "a token and its id");
  return pair[1].get<std::int64_t>();
}

PostProcessor read_sequence(const JsonObject& description) {
  PostProcessor result;
  std::size_t index = 0;
  for (const Json& item : description.array("processors")) {
    const std::string field = description.field("processors") + "[" + std::to_string(index++) + "]";
    const PostProcessor step = read_post_processor(JsonObject(item, description.file(), field));
    if (step.before.empty() && step.behind.empty()) continue;
    if (!result.before.empty() || !result.behind.empty()) {
      description.fail("processors", "two of them add tokens", "at most one");
    }
    result = step;
  }
  return result;
}

}  // namespace

PostProcessor read_post_processor(const JsonObject& description) {
  const std::string type = description.text("type");
  if (type == "ByteLevel") return {};
  if (type == "TemplateProcessing") return read_template(description);
  if (type == "Sequence") return read_sequence(description);
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    return {{read_token_pair(description, "cls")}, {read_token_pair(description, "sep")}};
  }
  description.fail("type", "post-processor \"" + type + "\" is not supported");
}

}  // namespace phasescope::text
