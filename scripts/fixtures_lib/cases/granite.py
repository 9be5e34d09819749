"""granite: multipliers on embedding, residual, attention and logits."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["GraniteForCausalLM"],
        "model_type": "granite",
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 44,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-5,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "granite_multipliers",
        config(
            embedding_multiplier=6.0,
            residual_multiplier=0.35,
            attention_multiplier=0.15,
            logits_scaling=4.0,
            tie_word_embeddings=True,
            rope_theta=10000000.0,
            rope_scaling=None,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        shards=2,
        embedding_std=0.15,
    ),
    Case(
        # attention_multiplier is left out: it is 1, not 1/sqrt(head size).
        "granite_bias",
        config(
            num_key_value_heads=3,
            residual_multiplier=0.5,
            rms_norm_eps=1e-3,
            attention_bias=True,
            mlp_bias=True,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
    ),
]
