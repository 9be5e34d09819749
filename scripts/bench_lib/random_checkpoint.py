"""A random llama checkpoint of a published size in bfloat16, written shard by shard without holding it in memory."""
import json
from pathlib import Path

SIZES = {
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32, "tie_word_embeddings": True},
    "8b": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "tie_word_embeddings": False},
}
KEY_VALUE_HEADS, VOCABULARY, SEED = 8, 128256, 1


def config_of(size):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": VOCABULARY,
        "num_key_value_heads": KEY_VALUE_HEADS,
        "hidden_act": "silu",
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "bos_token_id": 0,
        "eos_token_id": VOCABULARY - 1,
        "dtype": "bfloat16",
        **SIZES[size],
    }


def block_shapes(config):
    """Name to shape of the products of a block, [outputs, inputs]."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    narrow = width // config["num_attention_heads"] * config["num_key_value_heads"]
    return {
        "self_attn.q_proj": [width, width],
        "self_attn.k_proj": [narrow, width],
        "self_attn.v_proj": [narrow, width],
        "self_attn.o_proj": [width, width],
        "mlp.gate_proj": [inner, width],
        "mlp.up_proj": [inner, width],
        "mlp.down_proj": [width, inner],
    }


def shards_of(config):
    """One shard for the ends of the model, one a block: dictionaries of name to shape."""
    width = config["hidden_size"]
    ends = {"model.embed_tokens.weight": [VOCABULARY, width], "model.norm.weight": [width]}
    if not config["tie_word_embeddings"]:
        ends["lm_head.weight"] = [VOCABULARY, width]
    shards = [ends]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        shard = {f"{prefix}{name}.weight": shape for name, shape in block_shapes(config).items()}
        norms = {f"{prefix}{name}.weight": [width] for name in ("input_layernorm", "post_attention_layernorm")}
        shards.append(shard | norms)
    return shards


def random_tensor(shape, generator):
    import torch

    if len(shape) == 1:
        return torch.ones(shape, dtype=torch.bfloat16)
    return torch.empty(shape, dtype=torch.bfloat16).normal_(0, shape[1] ** -0.5, generator=generator)


def write_checkpoint(folder, size, tokenizer):
    """Does nothing where the folder already holds this configuration and its index."""
    import torch
    from fixtures_lib.safetensors_writer import write_safetensors

    folder, config = Path(folder), config_of(size)
    index_file = folder / "model.safetensors.index.json"
    if index_file.exists() and json.loads((folder / "config.json").read_text())["hidden_size"] == config["hidden_size"]:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    generator, weight_map, shards = torch.Generator().manual_seed(SEED), {}, shards_of(config)
    for number, shapes in enumerate(shards, start=1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        tensors = {tensor: random_tensor(shape, generator) for tensor, shape in shapes.items()}
        write_safetensors(folder / name, tensors, {"format": "pt"})
        weight_map |= dict.fromkeys(shapes, name)
    index_file.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}) + "\n")
