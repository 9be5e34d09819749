"""gemma, gemma2 and gemma3_text: (1 + w) norms, scaled embeddings, soft-caps, windows, two rotary bases."""
from ..case import Case


def config(**changes):
    return {
        "vocab_size": 320,
        "hidden_size": 36,
        "intermediate_size": 40,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def gemma_config(**changes):
    return config(architectures=["GemmaForCausalLM"], model_type="gemma", **changes)


def gemma2_config(**changes):
    return config(
        architectures=["Gemma2ForCausalLM"],
        model_type="gemma2",
        **{"hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 24, "sliding_window": 6, **changes},
    )


def gemma3_config(**changes):
    return config(
        architectures=["Gemma3ForCausalLM"],
        model_type="gemma3_text",
        **{
            "hidden_activation": "gelu_pytorch_tanh",
            "query_pre_attn_scalar": 12,
            "sliding_window": 5,
            "attn_logit_softcapping": None,
            "final_logit_softcapping": None,
            **changes,
        },
    )


def gemma_case(name, configuration, **options):
    # sqrt(hidden) scales the embedding, so its entries are kept small beside what the blocks add.
    return Case(name, configuration, norm_offset=0.0, embedding_std=0.25, **options)


CASES = [
    gemma_case(
        "gemma_mqa",
        gemma_config(hidden_act="gelu", rope_theta=10000.0, torch_dtype="bfloat16"),
        dtype="BF16",
        bos=True,
    ),
    gemma_case(
        "gemma_untied",
        gemma_config(
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=10,
            rms_norm_eps=1e-3,
            hidden_act="gelu_pytorch_tanh",
            tie_word_embeddings=False,
            attention_bias=True,
            rope_parameters={"rope_type": "default", "rope_theta": 3000.0},
            dtype="float16",
        ),
        dtype="F16",
        shards=2,
    ),
    gemma_case(
        "gemma2_softcap",
        gemma2_config(
            num_hidden_layers=4,
            intermediate_size=32,
            attn_logit_softcapping=3.0,
            final_logit_softcapping=8.0,
            rope_theta=10000.0,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        bos=True,
    ),
    gemma_case(
        "gemma2_layer_types",
        gemma2_config(
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=12,
            hidden_activation="gelu",
            layer_types=["full_attention", "sliding_attention", "sliding_attention"],
            rms_norm_eps=1e-3,
            attn_logit_softcapping=None,
            final_logit_softcapping=None,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 2000.0},
            dtype="float16",
        ),
        dtype="F16",
        shards=2,
    ),
    gemma_case(
        "gemma3_pattern",
        gemma3_config(
            num_hidden_layers=4,
            intermediate_size=32,
            sliding_window_pattern=2,
            rope_theta=5000.0,
            rope_local_base_freq=100.0,
            rope_scaling={"rope_type": "linear", "factor": 4.0},
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
        bos=True,
        eos_from_greedy=(2, 5),
    ),
    gemma_case(
        "gemma3_layer_types",
        gemma3_config(
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=12,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rms_norm_eps=1e-3,
            attention_bias=True,
            final_logit_softcapping=12.0,
            tie_word_embeddings=False,
            rope_parameters={
                "full_attention": {"rope_type": "default", "rope_theta": 20000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 300.0},
            },
            dtype="float16",
        ),
        dtype="F16",
        shards=2,
    ),
]
