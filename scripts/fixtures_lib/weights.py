"""Seeded random weights, one generator per tensor, so that a change to one tensor leaves the others alone."""
import hashlib

import numpy as np
import torch

STORED_DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def generator(*key):
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "little")))


def scatter(case, name, shape):
    """(mean, standard deviation) of a tensor's entries: norms near their neutral value, matrices by fan-in."""
    if len(shape) == 1:
        return (0.0, 0.15) if name.endswith("bias") else (case.norm_offset, 0.3)
    if any(part in name for part in ("embed_tokens", "embed_in", "wte", "wpe", "embed_positions", "word_embeddings")):
        return 0.0, case.embedding_std
    inputs = shape[0] if case.config["model_type"] == "gpt2" and "lm_head" not in name else shape[-1]
    return 0.0, 1.3 / inputs**0.5


def random_weights(case, shapes, attempt):
    """name -> tensor in the stored dtype; `shapes` maps the checkpoint's tensor names to shapes."""
    tensors = {}
    for name, shape in shapes.items():
        mean, std = scatter(case, name, shape)
        values = mean + std * generator(case.name, name, attempt).standard_normal(shape)
        tensors[name] = torch.from_numpy(values.astype(np.float32)).to(STORED_DTYPES[case.dtype])
    return tensors
