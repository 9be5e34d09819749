#include "phasescope/text/tokenizer_file.h"

#include <optional>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::text {
namespace {

/// Far more than any tokenizer nests its components; keeps hostile files from exhausting the stack.
constexpr std::size_t deepest_nesting = 64;

enum class Table { none, tokens, scored_tokens, merges };

/// Receives the events of the JSON parser: builds the description and fills the tables on the way.
class Reader : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(TokenizerFile& result) : result_(result) {}

  bool null() override { return value(nullptr); }
  bool boolean(bool flag) override { return value(flag); }
  bool number_integer(number_integer_t number) override { return value(number); }
  bool number_unsigned(number_unsigned_t number) override { return value(number); }
  bool number_float(number_float_t number, const string_t&) override { return value(number); }
  bool string(string_t& text) override { return value(std::move(text)); }
  bool binary(binary_t&) override { return false; }  // no JSON text holds binary values

  bool start_object(std::size_t) override { return start(Json::object()); }
  bool start_array(std::size_t) override { return start(Json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool key(string_t& name) override {
    (table_ == Table::none ? frames_.back().key : row_.key) = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const std::string what = error.what();
    const auto colon = what.find(": ", what.find("parse error"));
    throw_input_error(result_.file, "JSON", colon == std::string::npos ? what : what.substr(colon + 2), {},
                      at_byte(position));
  }

 private:
  struct Frame {
    Json value;
    std::string key;
  };
  /// An entry of a table: "token": 7, ["token", -1.5], "left right" or ["left", "right"].
  struct Row {
    std::string key;
    std::vector<Json> values;
  };

  [[noreturn]] void fail(const std::string& field, const std::string& expected) const {
    throw_input_error(result_.file, field, "has a malformed entry", expected);
  }

  bool value(Json item) {
    if (table_ == Table::none) {
      add_to_description(std::move(item));
    } else {
      row_.values.push_back(std::move(item));
      if (depth_ == 1) finish_row();
    }
    return true;
  }

  bool start(Json container) {
    if (table_ != Table::none) {
      const bool can_be_row = container.is_array() && table_ != Table::tokens;
      if (++depth_ > 2 || !can_be_row) finish_row();  // reports it
      return true;
    }
    if (frames_.size() == deepest_nesting) {
      throw_input_error(result_.file, "JSON", "is nested too deeply");
    }
    table_ = table_of(container);
    depth_ = table_ == Table::none ? 0 : 1;
    frames_.push_back({std::move(container), {}});
    return true;
  }

  bool end() {
    if (table_ != Table::none && --depth_ > 0) {
      finish_row();
      return true;
    }
    const bool was_table = table_ != Table::none;
    table_ = Table::none;
    Json finished = std::move(frames_.back().value);
    frames_.pop_back();
    if (!was_table) add_to_description(std::move(finished));
    return true;
  }

  void add_to_description(Json item) {
    if (frames_.empty()) {
      result_.description = std::move(item);
    } else if (frames_.back().value.is_array()) {
      frames_.back().value.push_back(std::move(item));
    } else {
      frames_.back().value[frames_.back().key] = std::move(item);
    }
  }

  Table table_of(const Json& container) const {
    if (frames_.size() != 2 || frames_[0].key != "model") return Table::none;
    const std::string& name = frames_[1].key;
    if (name == "vocab") return container.is_object() ? Table::tokens : Table::scored_tokens;
    return name == "merges" && container.is_array() ? Table::merges : Table::none;
  }

  void finish_row() {
    switch (table_) {
      case Table::tokens:
        add_token();
        break;
      case Table::scored_tokens:
        add_scored_token();
        break;
      default:
        add_merge();
    }
    row_.values.clear();
  }

  void add_token() {
    if (depth_ != 1 || !row_.values[0].is_number_integer()) fail("model.vocab." + row_.key, "an integer id");
    result_.tokens.emplace_back(row_.key, row_.values[0].get<std::int64_t>());
  }

  void add_scored_token() {
    const std::vector<Json>& row = row_.values;
    if (depth_ != 1 || row.size() != 2 || !row[0].is_string() || !row[1].is_number()) {
      fail("model.vocab[" + std::to_string(result_.scored_tokens.size()) + "]", "a token and its score");
    }
    result_.scored_tokens.emplace_back(row[0].get<std::string>(), row[1].get<double>());
  }

  void add_merge() {
    const std::vector<Json>& row = row_.values;
    if (depth_ == 1 && row.size() == 2 && row[0].is_string() && row[1].is_string()) {
      result_.merges.emplace_back(row[0].get<std::string>(), row[1].get<std::string>());
    } else if (depth_ == 1 && row.size() == 1 && row[0].is_string()) {
      add_merge_of(row[0].get_ref<const std::string&>());
    } else {
      fail_merge();
    }
  }

  /// Older files write "left right".
  void add_merge_of(const std::string& text) {
    if (text.rfind("#version", 0) == 0) return;
    const auto space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) fail_merge();
    result_.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }

  [[noreturn]] void fail_merge() const {
    fail("model.merges[" + std::to_string(result_.merges.size()) + "]", "two tokens");
  }

  TokenizerFile& result_;
  std::vector<Frame> frames_;
  Table table_ = Table::none;
  std::size_t depth_ = 0;  // within a table: 1 in the table itself, 2 in an entry of it
  Row row_;
};

}  // namespace

TokenizerFile parse_tokenizer_file(const std::string& text, const std::string& file) {
  TokenizerFile result;
  result.file = file;
  Reader reader(result);
  Json::sax_parse(text, &reader);
  return result;
}

TokenizerFile read_tokenizer_file(const std::filesystem::path& file) {
  return parse_tokenizer_file(read_text_file(file), file.string());
}

}  // namespace phasescope::text
