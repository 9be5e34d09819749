"""llama: head layouts, biases, every rope type, both config spellings, what old exporters leave out or behind."""
import torch

from ..case import PROMPTS, Case

# Longer than the original context of the rope cases below, whose shorter prompts stay inside it.
LONG_PROMPT = "In winter the wind turns to the north: 1907 or 2024, she said \u6d77."


def config(**changes):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 40,
        "num_hidden_layers": 3,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-5,
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def rope_config(**changes):
    """Three heads over one key-value head of 16: eight rotary frequencies."""
    heads = {"hidden_size": 48, "num_attention_heads": 3, "num_key_value_heads": 1, "intermediate_size": 28}
    return config(**{**heads, **changes})


def stale_rotary_tensors(tensors):
    """The rotary frequencies that exporters before 2023 stored with every layer; wrong on purpose, to be ignored."""
    return {f"model.layers.{layer}.self_attn.rotary_emb.inv_freq": torch.full((6,), 7.0) for layer in range(3)}


def duplicate_tied_head(tensors):
    """Exporters that do not know of tying store the head as well, equal to the embedding."""
    return {"lm_head.weight": tensors["model.embed_tokens.weight"]}


def minimal_config():
    """Only what has no default: theta, eps, key-value heads, biases and tying are the family's own."""
    keys = ("model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "eos_token_id")
    return {key: config()[key] for key in keys} | {"num_attention_heads": 3}


def conflicting_head(tensors):
    """A head of its own in a checkpoint that claims to be tied: the head that is there wins."""
    return {"lm_head.weight": tensors["model.embed_tokens.weight"].flip(0)}


CASES = [
    Case(
        "llama_gqa",
        config(rope_theta=10000.0, rope_scaling=None, torch_dtype="float32"),
        bos=True,
        eos_from_greedy=(1, 4),
    ),
    Case(
        "llama_untied_bias",
        config(
            num_attention_heads=3,
            num_key_value_heads=None,
            head_dim=10,
            intermediate_size=44,
            attention_bias=True,
            mlp_bias=True,
            rms_norm_eps=1e-3,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
            dtype="float16",
        ),
        dtype="F16",
        shards=3,
    ),
    Case(
        "llama_minimal",
        minimal_config(),
        dtype="F16",
        embedding_std=0.02,
        drop_prefix="model.",
        stale=stale_rotary_tensors,
    ),
    Case(
        "llama_tied_conflict",
        config(num_attention_heads=3, num_key_value_heads=1, intermediate_size=32, rope_theta=100.0, dtype="bfloat16"),
        dtype="BF16",
        stale=conflicting_head,
    ),
    Case(
        "llama_rope_llama3",
        rope_config(
            rope_theta=500.0,
            rope_scaling={
                "rope_type": "llama3",
                "factor": 4.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 32,
            },
            torch_dtype="bfloat16",
            eos_token_id=[1, 2],
        ),
        dtype="BF16",
        shards=2,
        bos=True,
    ),
    Case(
        "llama_rope_linear",
        rope_config(rope_theta=10000.0, rope_scaling={"type": "linear", "factor": 2.5}, torch_dtype="bfloat16"),
        dtype="BF16",
        stale=duplicate_tied_head,
    ),
    Case(
        "llama_rope_dynamic",
        rope_config(
            max_position_embeddings=26,
            rope_parameters={"rope_type": "dynamic", "factor": 3.0, "rope_theta": 1000.0},
            dtype="bfloat16",
        ),
        dtype="BF16",
        prompts=(PROMPTS[0], "The sea is not.", LONG_PROMPT),
    ),
    Case(
        "llama_rope_yarn",
        rope_config(
            rope_parameters={
                "rope_type": "yarn",
                "factor": 4.0,
                "original_max_position_embeddings": 64,
                "beta_fast": 4.0,
                "beta_slow": 0.5,
                "rope_theta": 100.0,
            },
            dtype="bfloat16",
        ),
        dtype="BF16",
    ),
    Case(
        "llama_rope_longrope",
        rope_config(
            rope_theta=1000.0,
            original_max_position_embeddings=26,
            rope_scaling={
                "type": "longrope",
                "short_factor": [1.0, 1.02, 1.05, 1.1, 1.2, 1.3, 1.4, 1.5],
                "long_factor": [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5],
            },
            torch_dtype="float16",
        ),
        dtype="F16",
        prompts=(PROMPTS[0], "The sea is not.", LONG_PROMPT),
    ),
]
