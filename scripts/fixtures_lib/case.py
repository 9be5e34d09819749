"""What describes one fixture model."""
from dataclasses import dataclass, field

FILE_TYPES = {"F32": "ALL_F32", "F16": "MOSTLY_F16"}

PROMPTS = (
    "A",
    "The sea in winter.",
    "She counts 1907 naïve ships!",
)


@dataclass(frozen=True)
class Case:
    """One tests/data/models/<name> folder.

    `config` is written to config.json as it stands; `generation_config` likewise when given. `dtype` is the stored type
    of the weights (F32, F16, BF16). `shards` above 1 splits them over as many files with an index. `drop_prefix` is
    removed from tensor names, `stale` adds tensors old exporters left behind (a function of the tensors so far).
    `rename` gives a tensor the name that published files have.
    `norm_offset` is the value that norm weights scatter around (0 where the norm multiplies by 1 + w).
    `eos_from_greedy` (prompt, step): the token greedy decoding gives there joins the eos ids, so that a continuation
    ends early.
    """

    name: str
    config: dict
    dtype: str = "F32"
    shards: int = 1
    bos: bool = False
    generation_config: dict | None = None
    prompts: tuple = PROMPTS
    norm_offset: float = 1.0
    embedding_std: float = 0.6
    drop_prefix: str = ""
    stale: object = None
    rename: object = None
    eos_from_greedy: tuple | None = None


@dataclass(frozen=True)
class GgufCase(Case):
    """A model kept in one GGUF file; its `config` is what the oracle's model is made from.

    `types` maps endings of tensor names to their type, the first match counts; "" is the type of all other matrices.
    Vectors are F32. `pre` is the splitting pattern of the tokenizer, as tokenizer.ggml.pre names it.
    """

    types: dict = field(default_factory=dict)
    pre: str = "gpt-2"

    def tensor_type(self, name):
        return next(kind for ending, kind in self.types.items() if name.endswith(ending))

    @property
    def file_type(self):
        kind = self.types[""]
        return FILE_TYPES.get(kind, f"MOSTLY_{kind}")
