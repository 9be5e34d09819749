"""GGUF models. Their configuration is kept in the file itself; it is written here as the checkpoint's config.json."""
from ..case import PROMPTS, GgufCase
from .gemma import gemma2_config, gemma3_config, gemma_config
from .llama import LONG_PROMPT, config as llama_config
from .phi import phi3_config
from .qwen import qwen2_config, qwen3_config

SIZES = {"hidden_size": 32, "intermediate_size": 64, "rope_theta": 1000.0}
LLAMA = {**SIZES, "num_attention_heads": 4, "num_key_value_heads": 2}
QWEN2 = {**SIZES, "num_attention_heads": 2, "num_key_value_heads": 1}
QWEN3 = {**SIZES, "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 32, "intermediate_size": 32}
LLAMA3_SCALING = {
    "rope_type": "llama3",
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
YARN_SCALING = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256}
LONGROPE_SCALING = {
    "rope_type": "longrope",
    "short_factor": [1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.6, 1.7],
    "long_factor": [1.0, 1.5, 2.2, 3.0, 4.5, 6.0, 8.0, 9.0],
}


def case(name, config, kind, **options):
    return GgufCase(f"gguf_{name}", config, types={"": kind}, **options)


def llama(kind, **changes):
    return case(f"llama_{kind.lower()}", llama_config(**{**LLAMA, **changes}), kind, pre="llama-bpe", bos=True)


def qwen2(kind, **changes):
    return case(f"qwen2_{kind.lower()}", qwen2_config(**{**QWEN2, **changes}), kind, pre="qwen2")


def qwen3(kind, **changes):
    return case(f"qwen3_{kind.lower()}", qwen3_config(**{**QWEN3, **changes}), kind, pre="qwen2")


CASES = [
    llama("F32", num_hidden_layers=2, intermediate_size=32),
    llama("F16", rope_scaling=LLAMA3_SCALING, rope_theta=500.0),
    llama("Q8_0", tie_word_embeddings=False),
    llama("Q4_0", rope_scaling={"rope_type": "linear", "factor": 2.0}),
    llama("Q4_1", num_attention_heads=2, num_key_value_heads=1, head_dim=32),
    qwen2("F32", num_hidden_layers=2, intermediate_size=32),
    qwen2("F16", tie_word_embeddings=False),
    qwen2("Q8_0", rope_scaling=YARN_SCALING, rope_theta=10000.0, max_position_embeddings=1024),
    qwen2("Q4_0"),
    qwen2("Q4_1"),
    qwen3("F32", num_hidden_layers=2),
    qwen3("F16"),
    qwen3("Q8_0", tie_word_embeddings=False),
    qwen3("Q4_0"),
    qwen3("Q4_1"),
    GgufCase(
        # Every remaining type: those of 256 entries a block on the tensor whose rows are long enough.
        "gguf_llama_mixed",
        llama_config(**{**LLAMA, "num_hidden_layers": 5, "intermediate_size": 256}),
        types={
            "embed_tokens.weight": "Q5_0",
            "0.mlp.down_proj.weight": "Q2_K",
            "1.mlp.down_proj.weight": "Q3_K",
            "2.mlp.down_proj.weight": "Q4_K",
            "3.mlp.down_proj.weight": "Q5_K",
            "4.mlp.down_proj.weight": "Q6_K",
            "q_proj.weight": "Q5_1",
            "k_proj.weight": "BF16",
            "v_proj.weight": "F32",
            "o_proj.weight": "F16",
            "gate_proj.weight": "Q4_0",
            "up_proj.weight": "Q4_1",
            "": "Q8_0",
        },
        bos=True,
    ),
    case(
        "gemma_q8_0",
        gemma_config(**SIZES, num_attention_heads=4, hidden_act="gelu_pytorch_tanh"),
        "Q8_0",
        norm_offset=0.0,
        embedding_std=0.25,
        bos=True,
    ),
    case(
        "gemma2_f16",
        gemma2_config(
            **{**SIZES, "intermediate_size": 40},
            num_attention_heads=4,
            num_key_value_heads=2,
            query_pre_attn_scalar=16,
            attn_logit_softcapping=3.0,
            final_logit_softcapping=8.0,
        ),
        "F16",
        norm_offset=0.0,
        embedding_std=0.25,
        bos=True,
    ),
    case(
        # Seven layers: every sixth sees everything, and the file does not say so.
        "gemma3_q8_0",
        gemma3_config(
            **{**SIZES, "intermediate_size": 32},
            num_hidden_layers=7,
            num_attention_heads=2,
            head_dim=32,
            query_pre_attn_scalar=32,
            rope_scaling={"rope_type": "linear", "factor": 8.0},
        ),
        "Q8_0",
        norm_offset=0.0,
        embedding_std=0.25,
        bos=True,
    ),
    case(
        "phi3_longrope_q8_0",
        phi3_config(
            **{**SIZES, "hidden_size": 64, "intermediate_size": 32},
            num_attention_heads=4,
            num_key_value_heads=2,
            original_max_position_embeddings=26,
            max_position_embeddings=104,
            rope_scaling=LONGROPE_SCALING,
        ),
        "Q8_0",
        prompts=(PROMPTS[0], "The sea is not.", LONG_PROMPT),
    ),
]
