"""Write a fixture model as a GGUF file, with the conventions of llama.cpp's converter."""
import json
import math

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type

from .gguf_types import encode
from .tokenizer import BOS_ID, EOS_ID
from .weights import generator

ARCHITECTURES = {"gemma3_text": "gemma3"}
GEMMA = ("gemma", "gemma2", "gemma3_text")


def head_dim(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def interleave_rotary_halves(rows, heads):
    """llama's q and k rows in the order that rotates neighbouring pairs; checkpoints rotate the halves of a head."""
    return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def restore_rotary_halves(rows, heads):
    return rows.reshape(heads, -1, 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def rotary_heads(config, name):
    """Number of heads whose rows the converter reorders in this tensor; None for a tensor it leaves alone."""
    if config["model_type"] != "llama":
        return None
    keys = {"q_proj.weight": "num_attention_heads", "k_proj.weight": "num_key_value_heads"}
    key = next((key for suffix, key in keys.items() if name.endswith(suffix)), None)
    return key and config[key]


def stored_values(config, name, values):
    if heads := rotary_heads(config, name):
        return interleave_rotary_halves(values, heads)
    return values + np.float32(1) if config["model_type"] in GEMMA and name.endswith("norm.weight") else values


def checkpoint_values(config, name, values):
    """Inverse of `stored_values`."""
    if heads := rotary_heads(config, name):
        return restore_rotary_halves(values, heads)
    return values - np.float32(1) if config["model_type"] in GEMMA and name.endswith("norm.weight") else values


def encode_tensors(case, tensors, attempt):
    """name of the checkpoint -> (name in the GGUF, stored array, type)."""
    architecture = ARCHITECTURES.get(case.config["model_type"], case.config["model_type"])
    kind = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture)
    names = gguf.get_tensor_name_map(kind, case.config["num_hidden_layers"])
    encoded = {}
    for name, tensor in tensors.items():
        values = stored_values(case.config, name, tensor.float().numpy())
        dtype = Type.F32 if values.ndim == 1 else Type[case.tensor_type(name)]
        data = encode(values, dtype, generator(case.name, name, attempt, "blocks"))
        encoded[name] = (names.get_name(name, try_suffixes=(".weight", ".bias")), data, dtype)
    return encoded


def decode_tensors(case, encoded):
    """name -> float32 tensor, as gguf-py dequantises what the file holds."""
    return {
        name: torch.from_numpy(checkpoint_values(case.config, name, gguf.quants.dequantize(data, dtype)).copy())
        for name, (_, data, dtype) in encoded.items()
    }


def add_dimensions(writer, config):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_rope_dimension_count(int(head_dim(config) * config.get("partial_rotary_factor", 1.0)))
    if "head_dim" in config:
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    if config["model_type"] in ("gemma2", "gemma3_text", "phi3") and config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    if config.get("attn_logit_softcapping"):
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
    if config.get("final_logit_softcapping"):
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])


def llama3_rope_divisors(config):
    """What the three wavelength bands of llama3 divide each rotary frequency by."""
    scaling, dim = config["rope_scaling"], head_dim(config)
    low, high, factor = scaling["low_freq_factor"], scaling["high_freq_factor"], scaling["factor"]
    wavelengths = 2 * math.pi * config["rope_theta"] ** (np.arange(0, dim, 2) / dim)
    rotations = scaling["original_max_position_embeddings"] / wavelengths
    smooth = np.clip((rotations - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def add_rope_scaling(writer, config):
    scaling = config.get("rope_scaling") or {}
    kind = scaling.get("rope_type")
    if kind == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_rope_divisors(config))
    elif kind in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(scaling["factor"])
        if kind == "yarn":
            writer.add_rope_scaling_orig_ctx_len(scaling["original_max_position_embeddings"])
    elif kind == "longrope":
        original = config["original_max_position_embeddings"]
        ratio = config["max_position_embeddings"] / original
        writer.add_rope_scaling_orig_ctx_len(original)
        writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(ratio) / math.log(original)))
        writer.add_tensor("rope_factors_long.weight", np.array(scaling["long_factor"], np.float32))
        writer.add_tensor("rope_factors_short.weight", np.array(scaling["short_factor"], np.float32))


def add_tokenizer(writer, tokenizer, pre, add_bos):
    state = json.loads(tokenizer.to_str())
    special = {token["id"] for token in state["added_tokens"]}
    tokens = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    kinds = [gguf.TokenType.CONTROL if index in special else gguf.TokenType.NORMAL for _, index in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list([token for token, _ in tokens])
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
    writer.add_bos_token_id(BOS_ID)
    writer.add_eos_token_id(EOS_ID)
    writer.add_add_bos_token(add_bos)


def write_gguf(path, case, encoded, tokenizer):
    architecture = ARCHITECTURES.get(case.config["model_type"], case.config["model_type"])
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(case.name)
    writer.add_file_type(gguf.LlamaFileType[case.file_type])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_dimensions(writer, case.config)
    add_rope_scaling(writer, case.config)
    add_tokenizer(writer, tokenizer, case.pre, case.bos)
    for name, data, dtype in encoded.values():
        writer.add_tensor(name, data, raw_dtype=dtype)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
