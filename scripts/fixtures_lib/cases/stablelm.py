"""stablelm: LayerNorm with bias, partial rotary, optional parallel residual and LayerNorm on queries and keys."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["StableLmForCausalLM"],
        "model_type": "stablelm",
        "vocab_size": 320,
        "hidden_size": 40,
        "intermediate_size": 28,
        "num_hidden_layers": 3,
        "num_attention_heads": 5,
        "num_key_value_heads": 5,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "layer_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "stablelm_sequential",
        config(use_qkv_bias=True, rope_theta=10000, partial_rotary_factor=0.5, torch_dtype="float16"),
        dtype="F16",
        bos=True,
    ),
    Case(
        "stablelm_parallel",
        config(
            num_key_value_heads=1,
            use_parallel_residual=True,
            qk_layernorm=True,
            layer_norm_eps=1e-3,
            rope_parameters={"rope_type": "default", "rope_theta": 3000.0, "partial_rotary_factor": 0.75},
            dtype="bfloat16",
        ),
        dtype="BF16",
        shards=2,
    ),
]
