"""One tiny tokenizer in the style of each family and of each component that tokenizer.json files use."""

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from corpus import PARAGRAPHS

BYTES = pre_tokenizers.ByteLevel.alphabet()
LETTERS_AND_SPACE = r"[^\r\n\p{L}\p{N}]?\p{L}+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"
          r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|"
          r"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
POSSESSIVE = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def plain(content, **flags):
    return AddedToken(content, special=False, **flags)


def train_bpe(tokenizer, size=480, alphabet=(), specials=("<|endoftext|>",), **options):
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=list(alphabet), special_tokens=list(specials),
                                  show_progress=False, **options)
    tokenizer.train_from_iterator(PARAGRAPHS * 2, trainer)
    return tokenizer


def template(tokenizer, single):
    ids = {piece: tokenizer.token_to_id(piece) for piece in single.split() if not piece.startswith("$")}
    return processors.TemplateProcessing(single=single, pair=single + " $B:1", special_tokens=list(ids.items()))


def byte_level(pre_tokenizer, *, normalizer=None, added=(), specials=("<|endoftext|>",), single=None, size=480, model=None,
               offsets=True):
    tokenizer = Tokenizer(model or models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    train_bpe(tokenizer, size, BYTES, specials)
    tokenizer.decoder = decoders.ByteLevel()
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    steps = [processors.ByteLevel(trim_offsets=False)] if offsets else []
    if single:
        steps.append(template(tokenizer, single))
    if steps:
        tokenizer.post_processor = steps[0] if len(steps) == 1 else processors.Sequence(steps)
    return tokenizer


def split_then_bytes(pattern, before=()):
    return pre_tokenizers.Sequence([*before, pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def gpt2():
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))


def opt():
    tokenizer = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), specials=("<pad>", "</s>", "<unk>"), offsets=False)
    tokenizer.post_processor = template(tokenizer, "</s> $A")
    return tokenizer


def roberta():
    tokenizer = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), specials=("<s>", "<pad>", "</s>", "<unk>"),
                           added=[special("<mask>", lstrip=True)], offsets=False)
    ids = tokenizer.token_to_id
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids("</s>")), ("<s>", ids("<s>")))
    return tokenizer


def llama3():
    tokenizer = byte_level(split_then_bytes(LLAMA3), added=[special("<s>"), special("<|im_start|>"), special("<|im_end|>")],
                           single="<s> $A", model=models.BPE(ignore_merges=True))
    return tokenizer


def qwen2():
    return byte_level(split_then_bytes(QWEN2), normalizer=normalizers.NFC(),
                      added=[special("<|im_start|>"), special("<|im_end|>"), plain("<tool_call>", normalized=False)])


def smollm():
    steps = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    return byte_level(pre_tokenizers.Sequence(steps), offsets=False,
                      specials=("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>"))


def gpt_neox():
    spaces = [plain(" " * count, normalized=True) for count in range(24, 1, -1)]
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), normalizer=normalizers.NFC(), added=spaces)


def phi():
    spaces = [plain(" " * count, normalized=False) for count in range(31, 1, -1)] + [
        plain("\t" * count, normalized=False) for count in range(9, 1, -1)]
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), added=spaces)


def falcon():
    steps = [pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
             pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")]
    return byte_level(pre_tokenizers.Sequence(steps), specials=(">>TITLE<<", "<|endoftext|>"))


def olmo2():
    return byte_level(split_then_bytes(LLAMA3), specials=("<|endoftext|>", "<|pad|>"))


def granite():
    steps = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    return byte_level(pre_tokenizers.Sequence(steps), specials=("<|endoftext|>", "<fim_prefix>"), added=[special("<|im_start|>")])


def stablelm():
    return byte_level(split_then_bytes(QWEN2), added=[special("<|im_start|>"), special("<|im_end|>")])


def tekken():
    return byte_level(split_then_bytes(TEKKEN), specials=("<unk>", "<s>", "</s>"), single="<s> $A",
                      model=models.BPE(ignore_merges=True))


def possessive():
    return byte_level(split_then_bytes(POSSESSIVE))


def byte_level_normalizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.ByteLevel()])
    train_bpe(tokenizer, 480, BYTES, ("<|endoftext|>",))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([plain("é", normalized=True), plain("naïve", normalized=False)])
    return tokenizer


def sentencepiece_bpe(normalizer, pre_tokenizer, decoder, *, single="<s> $A", size=620, added=(), model_options=None):
    """Byte-fallback BPE trained on marked text; words must not hold the byte tokens, so these come first."""
    base = Tokenizer(models.BPE())
    base.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    base.pre_tokenizer = pre_tokenizers.Split(Regex("▁*[^▁]+"), "isolated")
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"] + BYTE_TOKENS, show_progress=False,
                                  max_token_length=12, limit_alphabet=90)
    base.train_from_iterator(PARAGRAPHS * 2, trainer)
    import json
    model = json.loads(base.to_str())["model"]
    options = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, **(model_options or {})}
    tokenizer = Tokenizer(models.BPE(model["vocab"], [tuple(pair) for pair in model["merges"]], **options))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    if single:
        tokenizer.post_processor = template(tokenizer, single)
    return tokenizer


def mark_decoder(strip):
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))


def llama2():
    return sentencepiece_bpe(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None, mark_decoder(True))


def phi3():
    added = [special("<|im_start|>", rstrip=True), special("<|im_end|>", rstrip=True), plain("<tool>", normalized=False, rstrip=True)]
    return sentencepiece_bpe(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None, mark_decoder(True),
                             added=added, single=None)


def gemma():
    added = [special("<|im_start|>"), special("<|im_end|>")] + [plain("\n" * count, normalized=False) for count in range(2, 6)]
    return sentencepiece_bpe(normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"), mark_decoder(False),
                             added=added, model_options={"fuse_unk": True})


def metaspace(scheme, split):
    return sentencepiece_bpe(None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme=scheme, split=split),
                             decoders.Metaspace(replacement="▁", prepend_scheme=scheme, split=split))


def mistral():
    return sentencepiece_bpe(None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False), mark_decoder(True),
                             added=[special("[INST]"), special("[/INST]")])


def metaspace_always():
    return metaspace("always", True)


def metaspace_never():
    return metaspace("never", True)


def unknown(fuse):
    """No byte fallback: characters outside of a small alphabet are unknown."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    train_bpe(tokenizer, 200, specials=("<unk>", "<s>"), limit_alphabet=40)
    tokenizer.post_processor = template(tokenizer, "<s> $A")
    return tokenizer


def unknown_fused():
    return unknown(True)


def unknown_separate():
    return unknown(False)


def unknown_dropped():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return train_bpe(tokenizer, 200, specials=("<s>",), limit_alphabet=40)


def word_ends():
    """As CLIP has it: lower case, a suffix on the last character of a word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    train_bpe(tokenizer, 480, BYTES, ("<unk>", "<s>", "</s>"), end_of_word_suffix="</w>")
    tokenizer.decoder = decoders.BPEDecoder("</w>")
    ids = tokenizer.token_to_id
    tokenizer.post_processor = processors.BertProcessing(("</s>", ids("</s>")), ("<s>", ids("<s>")))
    return tokenizer


def continuing_subwords():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.NFD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_next")])
    train_bpe(tokenizer, 300, specials=("<unk>", "<s>"), continuing_subword_prefix="##", limit_alphabet=80)
    tokenizer.decoder = decoders.WordPiece("##", cleanup=False)
    return tokenizer


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=60))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=420, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False,
                                        limit_alphabet=150)
    tokenizer.train_from_iterator(PARAGRAPHS * 2, trainer)
    tokenizer.decoder = decoders.WordPiece("##", cleanup=True)
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]")
    return tokenizer


def train_unigram(tokenizer, size, specials, **options):
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=list(specials), unk_token="<unk>", show_progress=False,
                                      shrinking_factor=0.6, n_sub_iterations=1, **options)
    tokenizer.train_from_iterator(PARAGRAPHS * 4, trainer)
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    train_unigram(tokenizer, 320, ("<unk>", "<pad>", "</s>"))
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = template(tokenizer, "$A </s>")
    return tokenizer


def unigram_bytes():
    import json
    base = Tokenizer(models.Unigram())
    base.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    train_unigram(base, 300, ("<unk>", "<s>"))
    vocabulary = [tuple(entry) for entry in json.loads(base.to_str())["model"]["vocab"]]
    vocabulary += [(token, -30.0) for token in BYTE_TOKENS]
    tokenizer = Tokenizer(models.Unigram(vocabulary, 0, True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = mark_decoder(True)
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    return tokenizer


def added_flags():
    """Every flag of added tokens, with a normalizer that changes what they look like."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    train_bpe(tokenizer, 400, BYTES, ("<|endoftext|>",))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([special("<mask>", lstrip=True), special("<s>", rstrip=True), special("</s>", lstrip=True, rstrip=True)])
    tokenizer.add_tokens([plain("word", single_word=True, normalized=False), plain("Moon", normalized=True),
                          plain("HELLO", normalized=True, lstrip=True), plain("CAF\u00c9", normalized=True, single_word=True),
                          plain("a word", normalized=False), plain("wordy", normalized=False), plain("Привет", normalized=False)])
    return tokenizer


def no_decoder():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Strip(left=True, right=False)])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(" ", "merged_with_next"),
                                                       pre_tokenizers.Metaspace(prepend_scheme="first")])
    train_bpe(tokenizer, 300, specials=("<unk>", "<s>"), limit_alphabet=90)
    return tokenizer


KINDS = {make.__name__: make for make in (
    gpt2, opt, roberta, llama3, qwen2, smollm, gpt_neox, phi, falcon, olmo2, granite, stablelm, tekken, possessive,
    byte_level_normalizer, llama2, phi3, gemma, mistral, metaspace_always, metaspace_never, unknown_fused, unknown_separate,
    unknown_dropped, word_ends, continuing_subwords, wordpiece, unigram, unigram_bytes, added_flags, no_decoder)}
