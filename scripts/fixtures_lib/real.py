"""Compare the built program with transformers on real models, where scripts/get-model has fetched them."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
import transformers

import dump_oracle

MODELS = ("SmolLM2-135M-Instruct.Q4_1.gguf", "gemma-3-270m.Q4_K_M.gguf")
PROMPTS = 6


def check_weights(path):
    """transformers has to hold what the file dequantises to (rows of q and k may come in another order)."""
    model = dump_oracle.load(path, "float32")
    held = [parameter.detach().numpy() for parameter in model.parameters()]
    for tensor in gguf.GGUFReader(path).tensors:
        if not tensor.name.startswith(("token_embd.", "blk.0.")) or len(tensor.shape) != 2:
            continue
        stored = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        candidates = (h for h in held if h.shape == stored.shape)
        if not any((h == stored).all() or (np.sort(h, axis=0) == np.sort(stored, axis=0)).all() for h in candidates):
            raise ValueError(f"transformers did not load {tensor.name} as the file holds it")


def program_ids(program, path, texts):
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [program, "tokenize", "-m", path]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line)["ids"] for line in done.stdout.splitlines()]


def transformers_ids(path, texts):
    """Of the tokenizer that transformers builds from the file, after the bos that the file asks for."""
    fields = gguf.GGUFReader(path).fields
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    add_bos = "tokenizer.ggml.add_bos_token" in fields and fields["tokenizer.ggml.add_bos_token"].contents()
    bos = [fields["tokenizer.ggml.bos_token_id"].contents()] if add_bos else []
    return [bos + tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]


def check_model(path, program, texts):
    check_weights(path)
    ids = program_ids(program, path, texts)
    same = sum(a == b for a, b in zip(ids, transformers_ids(path, texts)))
    print(f"{path.name}: {same} of {len(texts)} prompts have the ids of transformers", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        prompts, oracle = f"{folder}/ids.jsonl", f"{folder}/oracle.safetensors"
        Path(prompts).write_text("".join(json.dumps({"ids": row}) + "\n" for row in ids))
        dump = Path(dump_oracle.__file__)
        subprocess.run([sys.executable, dump, path, "--prompts", prompts, "-o", oracle], check=True)
        subprocess.run([program, "verify", path, "--oracle", oracle], check=True)


def check_real(root):
    program = root / "build" / "bin" / "phasescope"
    lines = (root / "configs" / "prompts" / "panel24.jsonl").read_text().splitlines()
    texts = [json.loads(line)["prompt"] for line in lines[:PROMPTS]]
    for path in (root / "models" / name for name in MODELS):
        if path.exists() and program.exists():
            check_model(path, program, texts)
        else:
            print(f"real: left out, needs {path.relative_to(root)} and {program.relative_to(root)}")
