"""Tensor types of GGUF files: quantised weights, and random blocks of the types that gguf-py can only read."""
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

# (offset, bytes) of the float16 scales inside a block; everything else in a block may hold any bits.
SCALES = {
    Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}


def random_blocks(generator, kind, count):
    """`count` blocks [count, bytes] of random bits, with scales between 0.001 and 0.1 of either sign."""
    blocks = generator.integers(0, 256, (count, gguf.GGML_QUANT_SIZES[kind][1]), dtype=np.uint8)
    for offset in SCALES[kind]:
        scale = generator.choice([-1.0, 1.0], count) * generator.uniform(0.001, 0.1, count)
        blocks[:, offset : offset + 2] = scale.astype(np.float16).view(np.uint8).reshape(count, 2)
    return blocks


def scale_blocks(blocks, kind, factor):
    """The same blocks with every scale multiplied by `factor`, rounded to float16."""
    scaled = blocks.copy()
    for offset in SCALES[kind]:
        scale = blocks[:, offset : offset + 2].copy().view(np.float16).astype(np.float32) * np.float32(factor)
        scaled[:, offset : offset + 2] = scale.astype(np.float16).view(np.uint8).reshape(-1, 2)
    return scaled


def random_k_quant(generator, shape, kind, deviation):
    """Raw bytes of a matrix [rows, columns] of a K-quant type whose entries scatter with about `deviation`."""
    block_size, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    blocks = random_blocks(generator, kind, shape[0] * shape[1] // block_size)
    factor = deviation / gguf.quants.dequantize(blocks, kind).std()
    return scale_blocks(blocks, kind, factor).reshape(shape[0], shape[1] // block_size * block_bytes)


def encode(values, kind, generator):
    """The stored array of a float32 matrix: rounded, quantised, or (K-quants) replaced by random blocks."""
    if kind.name.endswith("_K"):
        return random_k_quant(generator, values.shape, kind, values.std())
    return np.ascontiguousarray(gguf.quants.quantize(values, kind))
