"""Build one GGUF case folder: the model file, and the oracle of the weights it dequantises to."""
import shutil
import tempfile
from pathlib import Path

import torch
import transformers

import dump_oracle

from .checkpoint import checkpoint_shapes, write_json, write_weights
from .gguf_model import decode_tensors, encode_tensors, write_gguf
from .oracle import load_model, make_oracle
from .tokenizer import train_tokenizer
from .weights import random_weights

# transformers rebuilds other families, and scaled rotary positions, from only a part of what the file says.
LOADED_BY_TRANSFORMERS = ("llama", "qwen2")


def check_against_transformers(case, gguf_folder, checkpoint_folder):
    """The dequantised checkpoint has to be what transformers itself reads from the file."""
    if case.config["model_type"] not in LOADED_BY_TRANSFORMERS:
        return
    read = transformers.AutoModelForCausalLM.from_pretrained(
        gguf_folder, gguf_file="model.gguf", **dump_oracle.LOADING
    ).state_dict()
    for name, value in load_model(checkpoint_folder).state_dict().items():
        if not torch.equal(value, read[name]):
            raise ValueError(f"{case.name}: transformers reads another {name} from the file")


def build_gguf_attempt(case, folder, attempt):
    """Writes model.gguf and oracle.safetensors into `folder`; returns the float32 deviation."""
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = Path(scratch)
        write_json(checkpoint / "config.json", case.config)
        tokenizer = train_tokenizer(case.bos, case.pre)
        tokenizer.save(str(checkpoint / "tokenizer.json"))
        encoded = encode_tensors(case, random_weights(case, checkpoint_shapes(checkpoint), attempt), attempt)
        write_weights(checkpoint, decode_tensors(case, encoded), shards=1)
        write_gguf(folder / "model.gguf", case, encoded, tokenizer)
        deviation = make_oracle(case, checkpoint)
        check_against_transformers(case, folder, checkpoint)
        shutil.copyfile(checkpoint / "oracle.safetensors", folder / "oracle.safetensors")
        return deviation
