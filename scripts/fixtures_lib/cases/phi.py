"""phi and phi3: parallel blocks with biases everywhere; fused projections, longrope and windows."""
from ..case import PROMPTS, Case
from .llama import LONG_PROMPT


def phi_config(**changes):
    return {
        "architectures": ["PhiForCausalLM"],
        "model_type": "phi",
        "vocab_size": 320,
        "hidden_size": 40,
        "intermediate_size": 36,
        "num_hidden_layers": 3,
        "num_attention_heads": 5,
        "hidden_act": "gelu_new",
        "max_position_embeddings": 128,
        "layer_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def phi3_config(**changes):
    return {
        "architectures": ["Phi3ForCausalLM"],
        "model_type": "phi3",
        "vocab_size": 320,
        "hidden_size": 48,
        "intermediate_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "original_max_position_embeddings": 128,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 1,
        "pad_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "phi_default_rotary",
        phi_config(num_key_value_heads=None, qk_layernorm=False, rope_theta=10000.0, torch_dtype="float16"),
        dtype="F16",
    ),
    Case(
        "phi_grouped",
        phi_config(
            num_key_value_heads=1,
            layer_norm_eps=1e-3,
            rope_parameters={"rope_type": "default", "rope_theta": 2000.0, "partial_rotary_factor": 0.75},
            dtype="bfloat16",
        ),
        dtype="BF16",
        bos=True,
        shards=2,
    ),
    Case(
        "phi_qk_layernorm",
        phi_config(qk_layernorm=True, partial_rotary_factor=0.75, rope_theta=500.0, torch_dtype="bfloat16"),
        dtype="BF16",
    ),
    Case(
        "phi3_longrope",
        phi3_config(
            original_max_position_embeddings=26,
            max_position_embeddings=104,
            partial_rotary_factor=0.75,
            rope_theta=1000.0,
            rope_scaling={
                "type": "longrope",
                "short_factor": [1.0, 1.05, 1.1, 1.2, 1.35, 1.5],
                "long_factor": [1.0, 1.5, 2.2, 3.0, 4.5, 6.0],
            },
            sliding_window=262144,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        prompts=(PROMPTS[0], "The sea is not.", LONG_PROMPT),
    ),
    Case(
        "phi3_window",
        phi3_config(
            hidden_size=36,
            num_key_value_heads=3,
            sliding_window=7,
            rms_norm_eps=1e-3,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 1.0},
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
        shards=2,
    ),
]
