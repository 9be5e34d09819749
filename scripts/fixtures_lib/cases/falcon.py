"""falcon: one LayerNorm and one key-value head (7B); two norms and grouped heads (40B); one norm, grouped (11B)."""
from ..case import Case


def config(**changes):
    return {
        "architectures": ["FalconForCausalLM"],
        "model_type": "falcon",
        "vocab_size": 320,
        "hidden_size": 40,
        "num_hidden_layers": 3,
        "num_attention_heads": 5,
        "alibi": False,
        "bias": False,
        "layer_norm_epsilon": 1e-5,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "falcon_7b_style",
        config(multi_query=True, new_decoder_architecture=False, parallel_attn=True, torch_dtype="bfloat16"),
        dtype="BF16",
    ),
    Case(
        "falcon_new_decoder",
        config(
            hidden_size=36,
            num_attention_heads=6,
            num_kv_heads=2,
            ffn_hidden_size=60,
            bias=True,
            multi_query=True,
            layer_norm_epsilon=1e-3,
            new_decoder_architecture=True,
            parallel_attn=True,
            tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 2000.0},
            dtype="float16",
        ),
        dtype="F16",
        bos=True,
        shards=2,
    ),
    Case(
        "falcon_one_norm",
        config(
            hidden_size=36,
            num_attention_heads=6,
            num_kv_heads=3,
            ffn_hidden_size=60,
            new_decoder_architecture=True,
            num_ln_in_parallel_attn=1,
            rope_theta=500042.0,
            torch_dtype="bfloat16",
        ),
        dtype="BF16",
    ),
]
