"""What describes one fixture model."""
from dataclasses import dataclass

PROMPTS = (
    "A",
    "The sea is not kind in winter.",
    "She counts 12 naïve ships on the tide!",
)


@dataclass(frozen=True)
class Case:
    """One tests/data/models/<name> folder.

    `config` is written to config.json as it stands; `generation_config` likewise when given. `dtype` is the stored type of
    the weights (F32, F16, BF16). `shards` above 1 splits them over as many files with an index. `drop_prefix` is
    removed from tensor names, `stale` adds tensors old exporters left behind (a function of the tensors so far).
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
    eos_from_greedy: tuple | None = None
