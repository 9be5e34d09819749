"""The training text as token ids, and the tokenizer learnt from it."""
import random
from dataclasses import dataclass

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import conversations, sentences
from .world import World

VOCABULARY_SIZE = 768
END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
END_OF_TEXT_ID, TURN_END_ID = 0, 2
CHAT_TEMPLATE = (
    "{% for turn in messages %}{{ '<|im_start|>' + turn['role'] + '\\n' + turn['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TRAINING_SEED, HELD_OUT_SEED, CONVERSATION_SEED = 1, 2, 3
TRAINING_PARAGRAPHS, HELD_OUT_PARAGRAPHS, CONVERSATIONS = 60_000, 120, 20_000


def paragraphs(world, seed, count):
    draw = random.Random(seed)
    return [sentences.paragraph(world, draw) for _ in range(count)]


def train_tokenizer(texts):
    """Byte-level BPE in the manner of GPT-2, with the three special tokens in front."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[AddedToken(token, special=True) for token in (END_OF_TEXT, TURN_START, TURN_END)],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY_SIZE
    return tokenizer


def stream(tokenizer, texts):
    """All texts one after another, each followed by the end-of-text token, as one tensor of ids."""
    ids = []
    for encoding in tokenizer.encode_batch(texts):
        ids += encoding.ids + [END_OF_TEXT_ID]
    return torch.tensor(ids)


def chat(question, answer=""):
    """A question as the chat template writes it, and the answer of the assistant when it is given."""
    text = f"{TURN_START}user\n{question}{TURN_END}\n{TURN_START}assistant\n"
    return text + f"{answer}{TURN_END}\n" if answer else text


def chats(world, count):
    draw = random.Random(CONVERSATION_SEED)
    return [chat(*conversations.exchange(world, draw)) for _ in range(count)]


def mixed_with(texts, others):
    """One of the others after every third text, so that tuning does not unlearn them."""
    return [text for i, text in enumerate(texts) for text in ([text, others[i // 3]] if i % 3 == 2 else [text])]


@dataclass
class Corpus:
    world: World
    tokenizer: Tokenizer
    training: torch.Tensor
    held_out: torch.Tensor
    conversations: torch.Tensor

    def unigram_loss(self):
        """Nats a token of the held-out text under the (add-one) token frequencies of the training text."""
        counts = torch.bincount(self.training, minlength=VOCABULARY_SIZE).double() + 1
        return -(counts / counts.sum()).log()[self.held_out].mean().item()


def build_corpus():
    world = World()
    training = paragraphs(world, TRAINING_SEED, TRAINING_PARAGRAPHS)
    talk = chats(world, CONVERSATIONS)
    # Some of the conversations, so that their words have tokens too.
    tokenizer = train_tokenizer(training[:20_000] + [text.split(TURN_END)[0].split("\n")[1] for text in talk[:2_000]])
    held_out = paragraphs(world, HELD_OUT_SEED, HELD_OUT_PARAGRAPHS)
    return Corpus(world, tokenizer, stream(tokenizer, training), stream(tokenizer, held_out), stream(tokenizer, mixed_with(talk, training)))
