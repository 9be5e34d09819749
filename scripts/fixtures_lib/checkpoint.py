"""Write one case's checkpoint folder: configuration, weights (one file or shards with an index) and tokenizer."""
import json
import tempfile
from pathlib import Path

import transformers
from safetensors import safe_open

from .oracle import model_class
from .safetensors_writer import write_safetensors
from .tokenizer import train_tokenizer
from .weights import random_weights


def write_json(path, value):
    Path(path).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def checkpoint_shapes(folder):
    """Tensor names and shapes that transformers itself would save for the config.json in `folder`."""
    config = transformers.AutoConfig.from_pretrained(folder)
    model = model_class(config).from_config(config)
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        with safe_open(Path(scratch) / "model.safetensors", "pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in sorted(file.keys())}


def write_weights(folder, tensors, shards):
    """model.safetensors, or as many shards as asked for, tensors dealt out in turn, with their index."""
    metadata = {"format": "pt"}
    if shards == 1:
        write_safetensors(folder / "model.safetensors", tensors, metadata)
        return
    weight_map = {}
    for shard in range(shards):
        part = dict(list(tensors.items())[shard::shards])
        filename = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        write_safetensors(folder / filename, part, metadata)
        weight_map |= dict.fromkeys(part, filename)
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    write_json(folder / "model.safetensors.index.json", index)


def write_checkpoint(case, folder, attempt):
    write_json(folder / "config.json", case.config)
    if case.generation_config is not None:
        write_json(folder / "generation_config.json", case.generation_config)
    train_tokenizer(case.bos).save(str(folder / "tokenizer.json"), pretty=False)
    tensors = random_weights(case, checkpoint_shapes(folder), attempt)
    if case.stale is not None:
        tensors |= case.stale(tensors)
    if case.rename is not None:
        tensors = {case.rename(name): tensor for name, tensor in tensors.items()}
    tensors = {name.removeprefix(case.drop_prefix): tensor for name, tensor in sorted(tensors.items())}
    write_weights(folder, tensors, case.shards)
