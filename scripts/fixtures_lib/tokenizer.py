"""The small byte-level BPE tokenizer that every fixture model uses."""
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

VOCABULARY_SIZE = 320
BOS, EOS = "<s>", "</s>"
BOS_ID, EOS_ID = 0, 1

TRAINING_TEXT = """
The tide comes in twice a day and the harbour wall keeps the boats from the worst of it.
When the water is low the children walk out over the sand to look for shells and crabs.
An old woman sells bread near the lighthouse, and she knows the name of every sailor there.
In winter the wind turns to the north and the boats stay in, for the sea is not kind then.
The keeper counts the ships: one, two, three, and writes 1907 or 2024 in the great book.
It is said that the first stone of the wall was laid by a man who had never seen the sea.
She asked him whether the rain would stop; he said that it would, in the end, as it always had.
Nothing in the letter was true, but the hand that wrote it was steady and the ink was good.
"""

# The splitting patterns that a GGUF names in tokenizer.ggml.pre; gpt-2 is the pattern built into ByteLevel. The two
# families differ in how many digits stay together.
SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLIT_PATTERNS = {"qwen2": SPLIT_PATTERN % "", "llama-bpe": SPLIT_PATTERN % "{1,3}"}


def pre_tokenizer(pre):
    if pre == "gpt-2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    split = pre_tokenizers.Split(Regex(SPLIT_PATTERNS[pre]), behavior="isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train_tokenizer(add_bos, pre="gpt-2"):
    """A 320-token byte-level BPE; with `add_bos` a post-processor puts <s> before every text."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=pre == "llama-bpe"))
    tokenizer.pre_tokenizer = pre_tokenizer(pre)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[AddedToken(BOS, special=True), AddedToken(EOS, special=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.strip().split("\n"), trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY_SIZE
    if add_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B:1", special_tokens=[(BOS, BOS_ID)]
        )
    return tokenizer
