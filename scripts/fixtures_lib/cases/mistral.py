"""mistral: llama with one window in every layer, or none where the key is null."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["MistralForCausalLM"],
        "model_type": "mistral",
        "vocab_size": 320,
        "hidden_size": 32,
        "intermediate_size": 44,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "mistral_window",
        config(sliding_window=7, rope_theta=10000.0, torch_dtype="bfloat16"),
        dtype="BF16",
        bos=True,
    ),
    Case(
        "mistral_head_dim",
        config(
            num_attention_heads=3,
            num_key_value_heads=1,
            head_dim=14,
            sliding_window=None,
            rms_norm_eps=1e-3,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
            dtype="float16",
        ),
        dtype="F16",
        shards=2,
    ),
]
