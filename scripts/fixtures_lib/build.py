"""Build one case folder: try random weights until they make a fixture that leaves no room for doubt."""
import dataclasses
import shutil
import tempfile
from pathlib import Path

from tokenizers import Tokenizer

from .build_gguf import build_gguf_attempt
from .case import GgufCase
from .checkpoint import write_checkpoint
from .float64 import Float64Arithmetic
from .oracle import Unsuitable, checked_greedy, load_model, make_oracle
from .tokenizer import EOS_ID

ATTEMPTS = 40
LARGEST_CASE_BYTES = 200_000


def with_reached_eos(case, folder, attempt):
    """The case with the token that greedy decoding reaches at `eos_from_greedy` added to the eos ids."""
    write_checkpoint(case, folder, attempt)
    prompt, step = case.eos_from_greedy
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(case.prompts[prompt]).ids
    model = load_model(folder).double()
    with Float64Arithmetic(model):
        continuation, _ = checked_greedy(model, ids, [])
    if continuation[step] in continuation[:step] + [EOS_ID]:
        raise Unsuitable("the chosen eos token comes up earlier")
    generation = {"bos_token_id": 0, "eos_token_id": [EOS_ID, continuation[step]]}
    return dataclasses.replace(case, generation_config=generation, eos_from_greedy=None)


def build_attempt(case, folder, attempt):
    if isinstance(case, GgufCase):
        return build_gguf_attempt(case, folder, attempt)
    if case.eos_from_greedy is not None:
        case = with_reached_eos(case, folder, attempt)
    write_checkpoint(case, folder, attempt)
    return make_oracle(case, folder)


def install(scratch, folder):
    """Put the finished case in place of an older one; returns its bytes."""
    files = sorted(scratch.iterdir())
    size = sum(file.stat().st_size for file in files)
    if size > LARGEST_CASE_BYTES:
        raise ValueError(f"{folder}: {size} bytes")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    return size


def build_case(case, models_folder):
    """Writes <models_folder>/<case>; returns (float32 deviation, attempt, bytes)."""
    reasons = []
    for attempt in range(ATTEMPTS):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                deviation = build_attempt(case, Path(scratch), attempt)
            except Unsuitable as reason:
                reasons.append(str(reason))
                continue
            return deviation, attempt, install(Path(scratch), models_folder / case.name)
    raise ValueError(f"{case.name}: no suitable weights in {ATTEMPTS} attempts: {reasons}")
