"""The measurements, one function each: they alternate peer and phasescope and return every round's numbers."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

BATCH_SIZES = (1, 5, 10, 25, 50, 125)
DECODE_TOKENS = 64
MEMORY_PROMPTS = (100, 1_000, 10_000)
WITHOUT_TILES = {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16"}
STREAMED_WEIGHTS = 1_000_000_000  # bytes of converted weights that may stay


class Bench:
    """What the measurements share: the program, the peer (started when first asked for), prompts and round counts."""

    def __init__(self, program, start_peer, prompts_file, rounds, slow_rounds, say):
        self.program, self.prompts_file, self.rounds, self.slow_rounds, self.say = program, prompts_file, rounds, slow_rounds, say
        self._start_peer, self._peer = start_peer, None

    @property
    def peer(self):
        if self._peer is None:
            self.say("loading transformers")
            self._peer = self._start_peer()
        return self._peer

    def close(self):
        if self._peer is not None:
            self._peer.close()


def best_batch(bench, **request):
    """The batch size at which the peer is fastest in one round each, after one that warms it up."""
    bench.peer.ask(**request, batch=25)
    seconds = {size: bench.peer.ask(**request, batch=size)["seconds"] for size in BATCH_SIZES if size > 1}
    return min(seconds, key=seconds.get), seconds


def forward(bench):
    """All prompts of core through the model, every layer seen, next-token losses computed; models already loaded."""
    best, by_batch = best_batch(bench, task="forward", set="core")
    rounds = []
    for number in range(bench.rounds):
        bench.say(f"forward, round {number + 1} of {bench.rounds}")
        manifest = bench.program.run(["core"])
        rounds.append({
            "phasescope": manifest["seconds"],
            "phasescope_tokens": manifest["tokens"]["prompt"],
            "phasescope_peak_rss_bytes": manifest["peak_rss_bytes"],
            "peer_batched": bench.peer.ask(task="forward", set="core", batch=best),
        })
    alone = [bench.peer.ask(task="forward", set="core", batch=1) for _ in range(bench.slow_rounds)]
    return {
        "peer_batch": best, "peer_seconds_by_batch": by_batch, "peer_load_seconds": bench.peer.load_seconds, "rounds": rounds, "peer_alone": alone,
    }


def decode(bench):
    """panel24: greedy generation of up to 64 tokens with every layer's states of every token; prompts included."""
    request = {"task": "decode", "set": "panel24", "tokens": DECODE_TOKENS}
    bench.peer.ask(**request | {"tokens": 2}, batch=24)
    rounds = []
    for number in range(bench.rounds):
        bench.say(f"decode, round {number + 1} of {bench.rounds}")
        manifest = bench.program.run(["panel24"], "--max-new-tokens", str(DECODE_TOKENS))
        rounds.append({
            "phasescope": manifest["seconds"],
            "phasescope_tokens": manifest["tokens"]["generated"],
            "peer_batched": bench.peer.ask(**request, batch=24),
        })
    return {"rounds": rounds}


def re_enact(bench, model, environment=None):
    """The published procedure, one process from start to end."""
    script = Path(__file__).with_name("published_job.py")
    command = [sys.executable, script, model, bench.prompts_file, "--threads", bench.program.threads]
    started = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True, env=os.environ | (environment or {}))
    return {"wall_seconds": round(time.monotonic() - started, 3), **json.loads(done.stdout)}


def job(bench):
    """The whole Intelliton job, processes from start to end: core, pairs and the course of generation.

    Both sides read the model as bfloat16 safetensors. phasescope computes in float32, and in bfloat16 as the published program
    does; then both once more without the processor's tile unit, which the machine of the published figure did not have.
    """
    folder = bench.program.scratch / "model"
    subprocess.run([sys.executable, Path(__file__).with_name("save_folder.py"), bench.program.model, folder], capture_output=True, check=True)
    program = bench.program.with_model(folder)
    ways = {
        "float32": lambda: program.run(["core", "pairs"]),
        "bfloat16": lambda: program.run(["core", "pairs"], "--dtype", "bfloat16"),
        "float32_without_tiles": lambda: program.run(["core", "pairs"], "--blas", "onednn", environment=WITHOUT_TILES),
    }
    rounds, peer_rounds = {way: [] for way in ways}, {"tiles": [], "without_tiles": []}
    for number in range(bench.rounds):
        bench.say(f"job, round {number + 1} of {bench.rounds}")
        for way, run in ways.items():
            manifest = run()
            rounds[way].append({"wall_seconds": manifest["wall_seconds"], "seconds": manifest["seconds"]})
        if number < bench.slow_rounds:
            peer_rounds["tiles"].append(re_enact(bench, folder))
            peer_rounds["without_tiles"].append(re_enact(bench, folder, WITHOUT_TILES))
    return {"phasescope": rounds, "re_enactment": peer_rounds}


def inspect(bench):
    done = subprocess.run([str(bench.program.path), "inspect", str(bench.program.model), "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["architecture"]


def shapes_of(model):
    """[outputs, inputs] of a block's products and of the head, from what inspect says of the model."""
    width, inner, head = model["hidden_size"], model["intermediate_size"], model["head_dim"]
    queries, keys = model["heads"] * head, model["key_value_heads"] * head
    block = [(queries, width), (keys, width), (keys, width), (width, queries), (inner, width), (inner, width), (width, inner)]
    return block, [(model["vocabulary"], width)]


def bare(bench, rows, head_rows):
    """Seconds of the matrix products alone, each round."""
    model = inspect(bench)
    block, head = shapes_of(model)
    program = bench.program.path.parent.parent / "tests" / "bare_matmul"
    command = [program, "--rows", rows, "--head-rows", head_rows, "--blocks", model["blocks"], "--rounds", bench.rounds]
    command += ["--threads", bench.program.threads]
    for option, shapes in (("--block", block), ("--head", head)):
        for outputs, inputs in shapes:
            command += [option, f"{outputs}x{inputs}"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def matmul(bench):
    """The forward pass over core beside its own matrix products done bare, in turn."""
    rounds = []
    for number in range(bench.rounds):
        bench.say(f"matmul, round {number + 1} of {bench.rounds}")
        manifest = bench.program.run(["core"], "--profile")
        tokens = manifest["tokens"]["prompt"]
        found = bare(bench, tokens, tokens)
        rounds.append({
            "phasescope": manifest["seconds"], "profile": manifest["profile"], "bare_seconds": median(found["seconds"]), "flops": found["flops"],
        })
    return {"rounds": rounds}


def analyses(bench):
    """Both families with nulls and bootstraps, over all three shipped sets."""
    rounds = []
    for number in range(bench.rounds):
        bench.say(f"analyses, round {number + 1} of {bench.rounds}")
        manifest = bench.program.run(["core", "pairs", "panel24"])
        rounds.append({"phasescope": manifest["seconds"], "tokens": manifest["tokens"], "wall_seconds": manifest["wall_seconds"]})
    return {"rounds": rounds}


def many_prompts(prompts, count):
    """`count` different prompts: those of core, numbered when they come up again."""
    texts = [json.loads(line)["prompt"] for line in prompts.read_text().splitlines()]
    for i in range(count):
        prefix = "" if i < len(texts) else f"{i // len(texts)}. "
        yield {"category": f"part{i % 5}", "prompt": prefix + texts[i % len(texts)]}


def memory(bench):
    """Peak resident memory over the number of prompts."""
    core = Path(__file__).resolve().parents[2] / "configs" / "prompts" / "core.jsonl"
    rounds = []
    for count in MEMORY_PROMPTS:
        bench.say(f"memory, {count} prompts")
        file = bench.program.scratch / "many.jsonl"
        file.write_text("".join(json.dumps(prompt) + "\n" for prompt in many_prompts(core, count)))
        manifest = bench.program.run([f"{file}:species"])
        rounds.append({
            "prompts": count, "tokens": manifest["tokens"]["prompt"], "seconds": manifest["seconds"], "wall_seconds": manifest["wall_seconds"],
            "peak_rss_bytes": manifest["peak_rss_bytes"],
        })
    return {"rounds": rounds}


def large(bench):
    """A checkpoint that may not fit into memory: core once, weights streamed, with its peak resident memory."""
    manifest = bench.program.run(["core"], "--weights-memory", str(STREAMED_WEIGHTS))
    return {key: manifest[key] for key in ("seconds", "tokens", "wall_seconds", "peak_rss_bytes")}


MEASUREMENTS = {"forward": forward, "decode": decode, "job": job, "matmul": matmul, "analyses": analyses, "memory": memory, "large": large}
