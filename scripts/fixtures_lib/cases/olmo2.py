"""olmo2: norms after attention and MLP only, and on queries and keys over all heads together."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["Olmo2ForCausalLM"],
        "model_type": "olmo2",
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 44,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": False,
        "eos_token_id": 1,
        "pad_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "olmo2_grouped",
        config(num_key_value_heads=1, rope_theta=500000, rope_scaling=None, torch_dtype="bfloat16"),
        dtype="BF16",
        shards=2,
    ),
    Case(
        "olmo2_bias",
        config(
            num_key_value_heads=None,
            attention_bias=True,
            rms_norm_eps=1e-3,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
    ),
]
