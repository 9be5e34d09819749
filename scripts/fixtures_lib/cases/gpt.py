"""gpt2, gpt_neox and opt: LayerNorm with bias, learned positions or partial rotary, what old exporters left behind."""
import torch

from ..case import Case


def gpt2_config(**changes):
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": 320,
        "n_positions": 48,
        "n_ctx": 48,
        "n_embd": 36,
        "n_layer": 3,
        "n_head": 3,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def stale_gpt2_masks(_):
    """The causal masks that the first gpt2 checkpoints stored with every layer."""
    mask = torch.ones(48, 48, dtype=torch.uint8).tril()[None, None]
    masks = {f"transformer.h.{layer}.attn.bias": mask for layer in range(3)}
    return masks | {f"transformer.h.{layer}.attn.masked_bias": torch.tensor(-10000.0) for layer in range(3)}


def gpt_neox_config(**changes):
    return {
        "architectures": ["GPTNeoXForCausalLM"],
        "model_type": "gpt_neox",
        "vocab_size": 320,
        "hidden_size": 40,
        "intermediate_size": 36,
        "num_hidden_layers": 3,
        "num_attention_heads": 5,
        "hidden_act": "gelu",
        "max_position_embeddings": 128,
        "layer_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


def stale_gpt_neox_tensors(_):
    """Masks and rotary frequencies of early Pythia checkpoints; the frequencies are wrong on purpose."""
    stale = {}
    for layer in range(3):
        prefix = f"gpt_neox.layers.{layer}.attention"
        stale[f"{prefix}.bias"] = torch.ones(16, 16, dtype=torch.uint8).tril()[None, None]
        stale[f"{prefix}.masked_bias"] = torch.tensor(-1e9)
        stale[f"{prefix}.rotary_emb.inv_freq"] = torch.full((2,), 7.0)
    return stale


def opt_config(**changes):
    return {
        "architectures": ["OPTForCausalLM"],
        "model_type": "opt",
        "vocab_size": 320,
        "hidden_size": 36,
        "ffn_dim": 60,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "activation_function": "relu",
        "max_position_embeddings": 64,
        "do_layer_norm_before": True,
        "word_embed_proj_dim": 36,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **changes,
    }


CASES = [
    Case(
        "gpt2_inverse_layer",
        gpt2_config(n_inner=50, scale_attn_by_inverse_layer_idx=True, tie_word_embeddings=False, dtype="float32"),
        dtype="F16",
        bos=True,
    ),
    Case(
        "gpt2_unprefixed",
        gpt2_config(n_inner=None, scale_attn_weights=False, layer_norm_epsilon=1e-3),
        dtype="F16",
        drop_prefix="transformer.",
        stale=stale_gpt2_masks,
    ),
    Case(
        "gpt_neox_parallel",
        gpt_neox_config(rotary_pct=0.5, rotary_emb_base=5000, use_parallel_residual=True, torch_dtype="float16"),
        dtype="F16",
        stale=stale_gpt_neox_tensors,
    ),
    Case(
        "gpt_neox_sequential",
        gpt_neox_config(use_parallel_residual=False, attention_bias=False, layer_norm_eps=1e-3, dtype="bfloat16"),
        dtype="BF16",
        bos=True,
        shards=2,
    ),
    Case(
        "opt_pre_norm",
        opt_config(torch_dtype="float16"),
        dtype="F16",
        embedding_std=0.02,
        bos=True,
    ),
    Case(
        "opt_post_norm",
        opt_config(word_embed_proj_dim=20, do_layer_norm_before=False, torch_dtype="float16"),
        dtype="F16",
        drop_prefix="model.",
        shards=2,
    ),
    Case(
        "opt_without_biases",
        opt_config(
            enable_bias=False,
            layer_norm_elementwise_affine=False,
            activation_function="gelu",
            tie_word_embeddings=False,
            dtype="bfloat16",
        ),
        dtype="BF16",
        embedding_std=0.02,
    ),
]
