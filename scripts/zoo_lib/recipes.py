"""The models of the zoo: configuration, steps and which checkpoints are kept."""
from dataclasses import dataclass

from .corpus import END_OF_TEXT_ID, TURN_END_ID, VOCABULARY_SIZE


def shared(**changes):
    """Six blocks: the least with which every quantity over layers is defined."""
    return {
        "vocab_size": VOCABULARY_SIZE,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "max_position_embeddings": 1024,
        "tie_word_embeddings": True,
        "bos_token_id": END_OF_TEXT_ID,
        "eos_token_id": END_OF_TEXT_ID,
        "dtype": "float16",
        **changes,
    }


def llama(**changes):
    return shared(
        architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0, **changes
    )


def qwen3():
    return shared(
        architectures=["Qwen3ForCausalLM"], model_type="qwen3", hidden_act="silu", rms_norm_eps=1e-6, rope_theta=10000.0
    )


def gemma3():
    return shared(
        architectures=["Gemma3ForCausalLM"],
        model_type="gemma3_text",
        hidden_activation="gelu_pytorch_tanh",
        rms_norm_eps=1e-6,
        query_pre_attn_scalar=16,
        sliding_window=32,
        layer_types=["sliding_attention", "sliding_attention", "full_attention"] * 2,
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 100000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        },
    )


@dataclass(frozen=True)
class Recipe:
    """One training run. `kept` are the steps whose weights are written, each in a folder step<N> below `name` when there
    are several, in `name` itself when there is one. `start` names a folder whose stored weights it starts from, to be
    tuned on conversations.
    """

    name: str
    config: dict
    kept: tuple
    seed: int
    learning_rate: float = 4e-3
    start: str = ""

    @property
    def steps(self):
        return self.kept[-1]

    def folder(self, step):
        return self.name if len(self.kept) == 1 else f"{self.name}/step{step}"

    def folders(self):
        return [self.folder(step) for step in self.kept]


LLAMA = Recipe("llama", llama(), kept=(1, 3, 9, 27, 81, 243, 729, 2187), seed=11)
RECIPES = [
    LLAMA,
    Recipe(
        "llama-instruct",
        llama(eos_token_id=TURN_END_ID),
        kept=(700,),
        seed=15,
        learning_rate=1e-3,
        start=LLAMA.folder(LLAMA.steps),
    ),
    Recipe("llama-wide", llama(hidden_size=80, intermediate_size=128, num_attention_heads=5), kept=(1200,), seed=12),
    Recipe("qwen3", qwen3(), kept=(1200,), seed=13),
    Recipe("gemma3", gemma3(), kept=(1200,), seed=14),
]
