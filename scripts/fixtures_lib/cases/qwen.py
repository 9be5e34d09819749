"""qwen2 and qwen3: biases without a config key, windows from a layer on, norms on queries and keys."""
from ..case import Case


def qwen2_config(**changes):
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 40,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": True,
        "use_sliding_window": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def qwen3_config(**changes):
    return {
        **qwen2_config(**changes),
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "attention_bias": changes.get("attention_bias", False),
    }


CASES = [
    Case(
        # A vocabulary padded beyond the tokenizer's, as in the published checkpoints.
        "qwen2_tied",
        qwen2_config(
            vocab_size=336, rope_theta=1000000.0, sliding_window=4, max_window_layers=2, torch_dtype="bfloat16"
        ),
        dtype="BF16",
        generation_config={"bos_token_id": 0, "eos_token_id": [1, 5], "repetition_penalty": 1.1, "temperature": 0.7},
    ),
    Case(
        "qwen2_window",
        qwen2_config(
            num_hidden_layers=4,
            use_sliding_window=True,
            sliding_window=6,
            max_window_layers=1,
            rms_norm_eps=1e-3,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 20000.0},
            dtype="float16",
        ),
        dtype="F16",
        shards=2,
    ),
    Case(
        "qwen3_head_dim",
        qwen3_config(
            head_dim=16,
            intermediate_size=28,
            rope_theta=1000000.0,
            rope_scaling=None,
            use_sliding_window=False,
            sliding_window=None,
            torch_dtype="float32",
        ),
    ),
    Case(
        "qwen3_yarn",
        qwen3_config(
            hidden_size=40,
            intermediate_size=28,
            head_dim=14,
            num_attention_heads=6,
            num_key_value_heads=2,
            attention_bias=True,
            rms_norm_eps=1e-3,
            tie_word_embeddings=False,
            rope_parameters={
                "rope_type": "yarn",
                "factor": 2.0,
                "original_max_position_embeddings": 64,
                "attention_factor": 1.25,
                "rope_theta": 500.0,
            },
            dtype="bfloat16",
        ),
        dtype="BF16",
        shards=2,
    ),
]
