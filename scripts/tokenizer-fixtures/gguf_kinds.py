"""The same vocabularies as a GGUF file holds them, with the equivalent `tokenizers` pipeline where a kind has none yet."""

import json

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from kinds import (BYTE_TOKENS, KINDS, PARAGRAPHS, byte_level, mark_decoder, special, split_then_bytes, template)

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6

# tokenizer.ggml.pre -> kind of kinds.py with the same pipeline
BYTE_LEVEL = {"gpt-2": "gpt2", "llama-bpe": "llama3", "qwen2": "qwen2", "smollm": "smollm", "falcon": "falcon", "dbrx": "olmo2",
              "stablelm2": "stablelm", "refact": "granite", "phi-2": "phi", "tekken": "tekken"}

GPT2_WITHOUT_LAST = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def default():
    steps = [pre_tokenizers.Split(Regex(pattern), "isolated")
             for pattern in (r"[\p{P}\$\+<=>\^~\|]+", GPT2_WITHOUT_LAST, r"\p{N}+", "[0-9][0-9][0-9]")]
    steps.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    return byte_level(pre_tokenizers.Sequence(steps))


def gpt4o():
    return byte_level(split_then_bytes(GPT4O))


def byte_level_vocabulary(tokenizer, pre):
    description = json.loads(tokenizer.to_str())
    tokens = [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    types = [NORMAL] * len(tokens)
    for token in description["added_tokens"]:
        tokens[token["id"]] = token["content"]
        types[token["id"]] = CONTROL if token["special"] else USER_DEFINED
    vocabulary = {"model": "gpt2", "pre": pre, "tokens": tokens, "token_types": types,
                  "merges": [" ".join(pair) for pair in description["model"]["merges"]]}
    if "<s>" in tokens:
        vocabulary["bos_id"] = tokens.index("<s>")
    return vocabulary


def trained_pieces():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("▁*[^▁]+|▁+"), "isolated")
    trainer = trainers.BpeTrainer(vocab_size=430, show_progress=False, max_token_length=14, limit_alphabet=90)
    tokenizer.train_from_iterator(PARAGRAPHS * 2, trainer)
    return tokenizer


def scored_tokens(pieces):
    """Sentencepiece numbers its pieces by falling score; here in the order in which training found them."""
    model = json.loads(pieces.to_str())["model"]
    learned = list(dict.fromkeys("".join(pair) for pair in model["merges"]))
    letters = [token for token in sorted(model["vocab"], key=model["vocab"].get) if token not in learned]
    scores = [(token, -float(rank)) for rank, token in enumerate(learned + letters)]
    return [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)] + [(token, 0.0) for token in BYTE_TOKENS] + scores


def merges_of(scored):
    """Every way to make a token of two: the best token first, then the longest left part."""
    score_of = dict(scored)
    ways = []
    for token, score in scored[3 + len(BYTE_TOKENS):]:
        ways += [(score, token[:cut], token[cut:]) for cut in range(1, len(token))
                 if token[:cut] in score_of and token[cut:] in score_of]
    ways.sort(key=lambda way: (way[0], len(way[1]), len(way[2])), reverse=True)
    return [(left, right) for _, left, right in ways]


def sentencepiece(scored, add_prefix):
    vocabulary = {token: index for index, (token, _) in enumerate(scored)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges_of(scored), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    steps = [normalizers.Prepend("▁")] if add_prefix else []
    tokenizer.normalizer = normalizers.Sequence(steps + [normalizers.Replace(" ", "▁")])
    tokenizer.decoder = mark_decoder(add_prefix)
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    tokenizer.post_processor = template(tokenizer, "<s> $A")
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * len(BYTE_TOKENS) + [NORMAL] * (len(scored) - 3 - len(BYTE_TOKENS))
    return tokenizer, {"model": "llama", "pre": "default", "tokens": [token for token, _ in scored],
                       "scores": [score for _, score in scored], "token_types": types, "bos_id": 1, "eos_id": 2,
                       "unknown_id": 0, "add_bos": True, "add_eos": False, "add_space_prefix": add_prefix}


def gguf_kinds(trained_once):
    """name, tokenizer, vocabulary, and the kind whose cases hold for it too (or None)."""
    for pre, kind in BYTE_LEVEL.items():
        tokenizer = trained_once(kind, KINDS[kind])
        yield "gpt2-" + pre, tokenizer, byte_level_vocabulary(tokenizer, pre), kind
    for pre, make in (("default", default), ("gpt-4o", gpt4o)):
        tokenizer = make()
        yield "gpt2-" + pre, tokenizer, byte_level_vocabulary(tokenizer, pre), None
    scored = scored_tokens(trained_once("gguf/llama-pieces", trained_pieces))
    for name, add_prefix in (("llama-prefix", True), ("llama-no-prefix", False)):
        tokenizer, vocabulary = sentencepiece(scored, add_prefix)
        yield name, tokenizer, vocabulary, None
