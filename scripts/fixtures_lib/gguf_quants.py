"""Blocks of every GGUF type and what gguf-py dequantises them to: tests/data/gguf_quants/<type>.safetensors."""
import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type

from .gguf_types import SCALES, random_blocks
from .safetensors_writer import write_safetensors
from .weights import generator

BLOCKS = 8
# The types without blocks are cut into rows of this many numbers.
ROW = 32
PLAIN_EXTREMES = {
    Type.F16: [0.0, -0.0, 65504.0, -65504.0, 2.0**-24, -(2.0**-24), 2.0**-14, 1.0 / 3.0],
    Type.BF16: [0.0, -0.0, 3.3895314e38, -3.3895314e38, 2.0**-133, -(2.0**-126), 1.0, 1.0 / 3.0],
}


def plain_rows(kind):
    """Rows of float16 or bfloat16 numbers, the first row starting with the extremes of the type."""
    values = generator("gguf_quants", kind.name).standard_normal((BLOCKS, ROW)).astype(np.float32)
    extremes = PLAIN_EXTREMES[kind]
    values[0, : len(extremes)] = extremes
    dtype = {Type.F16: torch.float16, Type.BF16: torch.bfloat16}[kind]
    return torch.from_numpy(values).to(dtype).view(torch.uint8).numpy()


def set_scales(block, kind, value):
    for offset in SCALES[kind]:
        block[offset : offset + 2] = np.array([value], np.float16).view(np.uint8)


def block_rows(kind):
    """Five random blocks, then: all bits zero; all bits one under the largest scale; the smallest negative scale."""
    blocks = random_blocks(generator("gguf_quants", kind.name), kind, BLOCKS)
    blocks[-3] = 0
    blocks[-2] = 255
    set_scales(blocks[-2], kind, 65504.0)
    set_scales(blocks[-1], kind, -(2.0**-24))
    return blocks


def write_quants(folder):
    """Yields (type name, bytes written)."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in [*PLAIN_EXTREMES, *SCALES]:
        blocks = plain_rows(kind) if kind in PLAIN_EXTREMES else block_rows(kind)
        values = gguf.quants.dequantize(blocks, kind)
        assert np.isfinite(values).all(), kind
        path = folder / f"{kind.name.lower()}.safetensors"
        tensors = {"blocks": torch.from_numpy(blocks), "values": torch.from_numpy(values.copy())}
        write_safetensors(path, tensors, {"type": kind.name, "format": "phasescope.gguf_blocks/1"})
        yield kind.name, path.stat().st_size
