#include "phasescope/text/chat_template.h"

#include "../temporary_folder.h"
#include "error_message.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/text/model_chat_template.h"

namespace phasescope::text {
namespace {

using testing::message_of;

std::string error_of(const std::string& source) {
  return message_of([&] { render_chat(ChatTemplate(source, "t.jinja"), Json::array()); });
}

TEST(ChatTemplate, WritesMessages) {
  const ChatTemplate chat_template(
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
      "{% if add_generation_prompt %}<assistant>{% endif %}",
      "t.jinja");
  ChatOptions options;
  options.add_generation_prompt = true;
  options.eos_token = "</s>";
  const std::vector<ChatMessage> messages = {{"system", "Be kind."}, {"user", "Hi"}};
  EXPECT_EQ(render_chat(chat_template, messages, options), "<system>Be kind.</s><user>Hi</s><assistant>");
}

TEST(ChatTemplate, RefusesByNameWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> cases[] = {
      {"a\n{% include 'x' %}", "t.jinja: chat template at line 2: statement \"include\" is not supported"},
      {"{% block x %}{% endblock %}",
       "t.jinja: chat template at line 1: statement \"block\" is not supported"},
      {"\n\n{{ x | wordwrap(3) }}", "t.jinja: chat template at line 3: filter \"wordwrap\" is not supported"},
      {"{{ 'a' | safe + '<' }}",
       "t.jinja: chat template at line 1: + beside the filter \"safe\" is not supported"},
      {"{{ x is filter }}", "t.jinja: chat template at line 1: test \"filter\" is not supported"},
      {"{{ lipsum() }}", "t.jinja: chat template at line 1: function \"lipsum\" is not supported"},
      {"a\n{{ 'x'.zfill(3) }}", "t.jinja: chat template at line 2: method \"zfill\" is not supported"},
      {"{{ ['x'] | map('wordwrap') }}",
       "t.jinja: chat template at line 1: filter \"wordwrap\" is not supported"},
      {"{% for x in [] recursive %}{% endfor %}",
       "t.jinja: chat template at line 1: recursive loops are not supported"},
      {"{{ dict(**x) }}", "t.jinja: chat template at line 1: unpacked arguments are not supported"},
      {"{{ '%d' % 3 }}", "t.jinja: chat template at line 1: formatting by % is not supported"},
  };
  for (const auto& [source, message] : cases) EXPECT_EQ(error_of(source), message);
}

TEST(ChatTemplate, TellsTheLineOfAFault) {
  EXPECT_EQ(error_of("a\n{% for m in messages %}\n{{ m }}\n{% endif %}"),
            "t.jinja: chat template at line 4: found 'endif', expected 'endfor'");
  EXPECT_EQ(error_of("a\n{{ 1 + }}"), "t.jinja: chat template at line 2: found }}, expected an expression");
  EXPECT_EQ(error_of("\n{{ x.y }}"), "t.jinja: chat template at line 2: 'x' is undefined");
  EXPECT_EQ(error_of("\n\n{{ raise_exception('No system role') }}"),
            "t.jinja: chat template at line 3: the template refuses: No system role");
  EXPECT_EQ(error_of("a\xFF"), "t.jinja: chat template at byte 1: is no valid UTF-8");
}

TEST(ChatTemplate, WithstandsHostileTemplates) {
  for (const std::string& source :
       {"{{ " + std::string(100000, '(') + " }}", "{{ " + std::string(100000, '-') + "1 }}",
        "{{ " + std::string(100000, '[') + " }}", std::string("{{ 'a' * 10000000000 }}"),
        std::string("{{ [1] * 10000000000 }}"), std::string("{{ range(1000000000) }}"),
        std::string("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"),
        std::string("{{ 9223372036854775807 + 1 }}"), std::string("{{ -9223372036854775807 - 2 }}"),
        std::string("{{ 10 ** 30 }}"), std::string("{{ 99999999999999999999 }}")}) {
    EXPECT_NE(error_of(source), "no error") << source.substr(0, 40);
  }
  std::string nested;
  for (int i = 0; i < 10000; ++i) nested += "{% if 1 %}";
  EXPECT_NE(error_of(nested), "no error");
}

class ModelChatTemplateTest : public ::testing::Test {
 protected:
  void write(const char* name, const std::string& text) { write_file_atomically(folder_ / name, text); }

  std::string rendered() const {
    const auto found = load_chat_template(folder_.path());
    if (!found) return "none";
    ChatOptions options;
    options.bos_token = found->bos_token;
    options.eos_token = found->eos_token;
    return render_chat(found->chat_template, Json::array(), options);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ModelChatTemplateTest, FindsTheTemplateInEitherPlace) {
  EXPECT_EQ(rendered(), "none");
  write("tokenizer_config.json",
        R"({"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}})");
  EXPECT_EQ(rendered(), "none");
  write("chat_template.jinja", "{{ bos_token }}file{{ eos_token }}\n");
  EXPECT_EQ(rendered(), "<s>file</s>");
}

TEST_F(ModelChatTemplateTest, ReadsOneOrSeveralFromTheConfiguration) {
  write("tokenizer_config.json", R"({"chat_template": "one", "bos_token": null})");
  EXPECT_EQ(rendered(), "one");
  write(
      "tokenizer_config.json",
      R"({"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]})");
  EXPECT_EQ(rendered(), "b");
}

}  // namespace
}  // namespace phasescope::text
