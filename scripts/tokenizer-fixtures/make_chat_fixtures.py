#!/usr/bin/env python3
"""Writes tests/data/chat_templates: what Jinja, set up as transformers does, makes of chat templates and small constructs.

    pip install transformers jinja2
    scripts/tokenizer-fixtures/make_chat_fixtures.py [--templates FOLDER --out FOLDER]

templates/*.jinja are written by hand, in the manner of the templates that models of each family carry. conversations.json holds
[name, messages, variables]; rendered.json rows [template, conversation, add_generation_prompt, text], where text is null when
the template raises an exception; snippets.json the variables and rows [source, text] (null: an error).

With --templates the same is written for other templates, below --out: scripts/check-chat-templates does so for those
that models are published with.
"""

import argparse
import datetime
import json
import pathlib
import shutil

from transformers.utils import chat_template_utils

from chat_snippets import SNIPPETS, VARIABLES

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "chat_templates"
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26, 13, 5, 0)


def message(role, content, **more):
    return {"role": role, "content": content, **more}


CALL = {"id": "call00001", "type": "function",
        "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 3, "units": {"t": ["C", None, 1.5, True]}}}}
TOOLS = [{"type": "function", "function": {
    "name": "get_weather", "description": "The weather of <b>a</b> city & its \"mood\".", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "Its name"}, "days": {"type": "integer"},
                                         "units": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
                                         "extra": {"type": ["string", "null"]}}, "required": ["city"]}}}]

CONVERSATIONS = [
    ("one question", [message("user", "What is the capital of France?")], {}),
    ("with system", [message("system", "  Be kind.\n"), message("user", " Hi! "), message("assistant", "Hello.\n\n"),
                     message("user", "Say <b> \"q\" 'x' é 日本 😀")], {}),
    ("with thoughts", [message("user", "a"), message("assistant", "b"), message("user", "c"),
                       message("assistant", "<think>\nhm\n</think>\n\nanswer"), message("user", "d")], {}),
    ("reasoning apart", [message("user", "why?"), message("assistant", "so", reasoning_content="well\nyes\n")], {}),
    ("no thinking", [message("system", "Short. /no_think"), message("user", "2+2?")], {"enable_thinking": False}),
    ("no alternation", [message("user", "a"), message("user", "b")], {}),
    ("assistant first", [message("assistant", "a"), message("user", "b")], {}),
    ("another role", [message("critic", "a")], {}),
    ("tools", [message("system", "Use tools."), message("user", "weather?"), message("assistant", "", tool_calls=[CALL]),
               message("tool", "{\"t\": 20}", name="get_weather", tool_call_id="call00001"), message("assistant", "It is 20."),
               message("user", "thanks")], {"tools": TOOLS}),
    ("tools in system", [message("user", "weather?")], {"tools": TOOLS, "tools_in_user_message": False, "date_string": "1 May 2025"}),
    ("documents", [message("user", "who?")], {"documents": [{"text": "First."}, {"text": "Second."}], "controls": {"citations": True}}),
    ("parts", [message("user", [{"type": "text", "text": " one "}, {"type": "image"}, {"type": "text", "text": "two"}])], {}),
    ("empty content", [message("user", ""), message("assistant", ""), message("user", "\n")], {}),
    ("override", [message("system", "Only this. /system_override"), message("user", "x")], {}),
]


def rendered(source, **variables):
    try:
        return chat_template_utils._compile_jinja_template(source).render(**variables)
    except Exception:  # any failure of the template is the fixture's null
        return None


def write_rows(path, rows):
    text = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    path.write_text("[\n" + text + "\n]\n", encoding="utf-8")


def template_rows(folder):
    for path in sorted((folder / "templates").glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        for name, messages, variables in CONVERSATIONS:
            for add_generation_prompt in (False, True):
                names = {"tools": None, "documents": None, **TOKENS, **variables}
                yield [path.stem, name, add_generation_prompt,
                       rendered(source, messages=messages, add_generation_prompt=add_generation_prompt, **names)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=pathlib.Path, help="a folder of .jinja files")
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER)
    args = parser.parse_args()
    if args.templates is not None:
        shutil.copytree(args.templates, args.out / "templates")
    chat_template_utils.datetime = FixedTime
    write_rows(args.out / "conversations.json", CONVERSATIONS)
    write_rows(args.out / "rendered.json", template_rows(args.out))
    rows = [VARIABLES, *([source, rendered(source, **VARIABLES)] for source in SNIPPETS)]
    write_rows(args.out / "snippets.json", rows)


if __name__ == "__main__":
    main()
