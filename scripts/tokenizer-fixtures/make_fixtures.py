#!/usr/bin/env python3
"""Writes tests/data/tokenizers: tiny tokenizers and what the `tokenizers` library makes of hard strings.

    pip install tokenizers==0.23.*
    scripts/tokenizer-fixtures/make_fixtures.py

strings.json holds the texts; <kind>/tokenizer.json a tokenizer; <kind>/cases.json, by position in strings.json, the ids without
special tokens, those with them, and the decoded texts (all tokens; special tokens skipped). null stands for "as the one before":
ids with special tokens equal to those without, a decoded text equal to the string, skipping special tokens changes nothing.
gguf/<name>/vocabulary.json holds a vocabulary in the form of GGUF metadata; its cases are in the same folder, or are those of the
kind that it names under "cases_of". Remove a tokenizer.json to train that kind anew.
components/<part>.json holds single components: rows of [description, outputs]; components/strings.json and tokens.json their inputs.
"""

import json
import pathlib

from tokenizers import Tokenizer

from components import TOKEN_LISTS, component_cases
from gguf_kinds import gguf_kinds
from hard_strings import HARD_STRINGS
from kinds import KINDS

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "tokenizers"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_rows(path, rows):
    """One row a line: small changes of a fixture stay small changes of a file."""
    path.write_text("[\n" + ",\n".join(compact(row) for row in rows) + "\n]\n", encoding="utf-8")


def case(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    with_special = tokenizer.encode(text, add_special_tokens=True).ids
    decoded = tokenizer.decode(with_special, skip_special_tokens=False)
    skipped = tokenizer.decode(with_special, skip_special_tokens=True)
    return [ids, None if with_special == ids else with_special, None if decoded == text else decoded,
            None if skipped == decoded else skipped]


def trained_once(name, make):
    """Training is not reproducible (ties are broken by hashing), so a tokenizer that exists is kept."""
    path = FOLDER / name / "tokenizer.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make().to_str(pretty=False) + "\n", encoding="utf-8")
    return Tokenizer.from_file(str(path))


def write_gguf_kinds():
    for name, tokenizer, vocabulary, kind in gguf_kinds(trained_once):
        folder = FOLDER / "gguf" / name
        folder.mkdir(parents=True, exist_ok=True)
        if kind:
            vocabulary["cases_of"] = kind
        else:
            write_rows(folder / "cases.json", [case(tokenizer, text) for text in HARD_STRINGS])
        (folder / "vocabulary.json").write_text(compact(vocabulary) + "\n", encoding="utf-8")


def write_kinds():
    for name, make in KINDS.items():
        tokenizer = trained_once(name, make)
        write_rows(FOLDER / name / "cases.json", [case(tokenizer, text) for text in HARD_STRINGS])


def write_components():
    folder = FOLDER / "components"
    folder.mkdir(exist_ok=True)
    strings = [text for text in HARD_STRINGS if text and len(text) <= 40][::3]
    write_rows(folder / "strings.json", strings)
    write_rows(folder / "tokens.json", TOKEN_LISTS)
    for part, rows in component_cases(strings).items():
        write_rows(folder / f"{part}.json", rows)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_rows(FOLDER / "strings.json", HARD_STRINGS)
    write_kinds()
    write_gguf_kinds()
    write_components()


if __name__ == "__main__":
    main()
