"""qwen3_moe and mixtral: routed experts, dense layers between them, both ways to weigh the chosen experts."""
from ..case import Case


def qwen3_moe_config(**changes):
    return {
        "architectures": ["Qwen3MoeForCausalLM"],
        "model_type": "qwen3_moe",
        "vocab_size": 320,
        "hidden_size": 32,
        "intermediate_size": 36,
        "moe_intermediate_size": 14,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "head_dim": 12,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def mixtral_config(**changes):
    return {
        "architectures": ["MixtralForCausalLM"],
        "model_type": "mixtral",
        "vocab_size": 320,
        "hidden_size": 32,
        "intermediate_size": 16,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
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
        "qwen3_moe_mixed",
        qwen3_moe_config(
            norm_topk_prob=True,
            decoder_sparse_step=1,
            mlp_only_layers=[1],
            tie_word_embeddings=True,
            rope_theta=1000000.0,
            rope_scaling=None,
            use_sliding_window=False,
            sliding_window=None,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        shards=2,
    ),
    Case(
        "qwen3_moe_sparse_step",
        qwen3_moe_config(
            num_hidden_layers=4,
            norm_topk_prob=False,
            decoder_sparse_step=2,
            mlp_only_layers=[],
            num_experts_per_tok=3,
            rms_norm_eps=1e-3,
            attention_bias=True,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 20000.0},
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
    ),
    Case(
        "mixtral_default",
        mixtral_config(sliding_window=None, rope_theta=1000000.0, torch_dtype="bfloat16"),
        dtype="BF16",
        bos=True,
        shards=2,
    ),
    Case(
        "mixtral_window",
        mixtral_config(
            num_attention_heads=3,
            num_key_value_heads=1,
            head_dim=10,
            num_local_experts=5,
            num_experts_per_tok=3,
            intermediate_size=12,
            sliding_window=6,
            rms_norm_eps=1e-3,
            tie_word_embeddings=True,
            dtype="float16",
        ),
        dtype="F16",
    ),
]
