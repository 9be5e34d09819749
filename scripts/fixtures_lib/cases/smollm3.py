"""smollm3: layers without rotary positions, listed one by one or at an interval."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["SmolLM3ForCausalLM"],
        "model_type": "smollm3",
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 44,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "bos_token_id": 0,
        "eos_token_id": 1,
        "pad_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "smollm3_listed",
        config(
            no_rope_layers=[1, 0, 1],
            no_rope_layer_interval=4,
            layer_types=["full_attention"] * 3,
            use_sliding_window=False,
            sliding_window=None,
            rope_theta=50000.0,
            rope_scaling=None,
            tie_word_embeddings=True,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        shards=2,
    ),
    Case(
        "smollm3_interval",
        config(
            num_hidden_layers=4,
            intermediate_size=32,
            no_rope_layer_interval=2,
            use_sliding_window=True,
            sliding_window=6,
            rms_norm_eps=1e-3,
            attention_bias=True,
            mlp_bias=True,
            tie_word_embeddings=False,
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
    ),
]
