#include "phasescope/text/chat_template.h"

#include "error_message.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace phasescope::text
