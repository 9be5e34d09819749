"""Single normalizers, pre-tokenizers and decoders with all their options."""

import json

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")

NORMALIZERS = [
    normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(), normalizers.Strip(),
    normalizers.Strip(left=True, right=False), normalizers.Strip(left=False, right=True), normalizers.StripAccents(),
    normalizers.Prepend("▁"), normalizers.ByteLevel(), normalizers.Replace(" ", "▁"), normalizers.Replace("...", "…"),
    normalizers.Replace(Regex(r"\s+"), " "), normalizers.Replace(Regex(r"(?i)[aeiou]"), "*"), normalizers.Replace(Regex("x*"), "-"),
    normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]), normalizers.BertNormalizer(),
    normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
    normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True),
]


def split(pattern, behavior, invert=False):
    return pre_tokenizers.Split(Regex(pattern) if not pattern.isspace() else pattern, behavior, invert)


PRE_TOKENIZERS = [
    *[split(" ", behavior, invert) for behavior in BEHAVIORS for invert in (False, True)],
    *[split(r"\d+|[[:punct:]]", behavior, invert) for behavior in BEHAVIORS for invert in (False, True)],
    *[pre_tokenizers.Punctuation(behavior) for behavior in BEHAVIORS],
    *[pre_tokenizers.Metaspace(replacement="▁", prepend_scheme=scheme, split=cut)
      for scheme in ("always", "first", "never") for cut in (True, False)],
    *[pre_tokenizers.ByteLevel(add_prefix_space=space, use_regex=cut) for space in (True, False) for cut in (True, False)],
    pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Whitespace(),
    pre_tokenizers.WhitespaceSplit(), pre_tokenizers.BertPreTokenizer(),
    pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="first")]),
    pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(True)]),
]

# Constructs whose meaning differs between Oniguruma and PCRE2, each as the pattern of an isolating split.
PATTERNS = [
    r"\w+", r"[\w]+", r"\W+", r"[^\w\s]+", r"\s+", r"\S+", r"[\S]", r"[^\S\n]+", r"\d+", r"\h+", r"[\h]+", r"\H+", r"\p{L}+",
    r"\p{^L}+", r"\P{L}+", r"\p{Letter}+", r"\p{Han}+", r"\p{Hiragana}|\p{Katakana}", r"\p{Punct}", r"[[:alpha:]]+", r"[[:punct:]]+",
    r"[[:space:]]+", r"[[:upper:]]", r"[[:word:]]+", r"\p{Alnum}+", r"[\p{Alnum}]+", r"\p{N}{1,3}+", r"(?:a|b){1,2}+", r"a{,2}", r"(?m:.+)",
    r".+", r"(?i:straSSE|hello)", r"(?i)THE", r"^\S", r"\S$", r"\bo\w*", r"(?<=o)\w", r"\w(?!\w)", r"\p{L}++\d?+", r"a{2}?", r"[a-c\]]+", r"\u00e9|\x{e8}",
    r"(?<first>\p{Lu})\p{Ll}*", r"(\w)\1", r"\A\s*", r"\s*\z", r"[\p{L}\p{M}]+|[^\p{L}\p{M}]", r"[^a-zA-Z]+", r"\t|\n|\r", r"a{x}|{|}", r"\\|\.|\*",
]

DECODERS = [
    decoders.ByteLevel(), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip("▁", 1, 0), decoders.Strip("a", 2, 0), decoders.Strip("b", 0, 2),
    decoders.Replace("▁", " "), decoders.Replace(Regex("a+"), "<a>"), decoders.WordPiece(), decoders.WordPiece("@@", cleanup=False),
    decoders.BPEDecoder(), decoders.BPEDecoder("@"), *[decoders.Metaspace("▁", scheme) for scheme in ("always", "first", "never")],
    decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
]

TOKEN_LISTS = [
    ["▁Hello", "▁world", "!"], ["<0xE4>", "<0xBD>", "<0xA0>", "x", "<0xFF>", "<0x41>"], ["Ġa", "ÃĤ", "Ã", "é", "日本", "Ċ"],
    ["aaab", "baaa", "a", "aa▁a"], ["un", "##want", "##ed", ",", "do", "n't", "stop", ".", "it", "'s"], ["he</w>", "llo</w>", "wor", "ld</w>"],
    ["▁▁x▁", "▁", "<0x20>", "<0x0a>", "<0xZZ>"], ["@@a", "b@@", "@c"], ["x"], ["ðŁĺ", "Ģ", "ðŁ"],
]


def part_of(name, component):
    tokenizer = Tokenizer(models.BPE())
    setattr(tokenizer, name, component)
    return json.loads(tokenizer.to_str())[name]


def component_cases(strings):
    def pieces(component, text):
        return [piece for piece, _ in component.pre_tokenize_str(text)]

    return {
        "normalizer": [[part_of("normalizer", item), [item.normalize_str(text) for text in strings]] for item in NORMALIZERS],
        "pre_tokenizer": [[part_of("pre_tokenizer", item), [pieces(item, text) for text in strings]] for item in PRE_TOKENIZERS],
        "pattern": [[pattern, [pieces(pre_tokenizers.Split(Regex(pattern), "isolated"), text) for text in strings]]
                    for pattern in PATTERNS],
        "decoder": [[part_of("decoder", item), [item.decode(tokens) for tokens in TOKEN_LISTS]] for item in DECODERS],
    }
