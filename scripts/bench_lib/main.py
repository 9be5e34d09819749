"""Measure phasescope beside its peers; called by scripts/bench.

Every measurement writes <output>/<size>-<name>.json; the table is made from what lies there, so a long session can be cut into
pieces with --only. Rounds alternate peer and phasescope.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True

from bench_lib import machine, measurements, table  # noqa: E402
from bench_lib.program import PeerProcess, Program  # noqa: E402

ROOT = SCRIPTS.parent
# An 8B model in float32 is more than most machines hold, and its whole job takes the re-enactment hours.
NAMES = {
    "smollm2": ["forward", "decode", "job", "matmul", "analyses", "memory"],
    "1b": ["forward", "decode", "matmul", "analyses"],
    "8b": ["large"],
}


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def smollm2():
    done = subprocess.run([str(SCRIPTS / "get-model"), "smollm2"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("error: SmolLM2 could not be fetched; --model names a file that is there already")
    return ROOT / done.stdout.strip()


def random_checkpoint(size, folder, gguf):
    """Written with the tokenizer of SmolLM2, so that the prompts are as long as on that model."""
    import transformers

    from bench_lib.random_checkpoint import write_checkpoint

    say(f"writing a random {size} checkpoint to {folder}, unless it is there")
    tokenizer = transformers.AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).backend_tokenizer
    write_checkpoint(folder, size, tokenizer)
    return folder


def chosen_model(args):
    if args.size == "smollm2":
        return args.model or smollm2()
    if (args.folder / "model.safetensors.index.json").exists():
        return args.folder
    return random_checkpoint(args.size, args.folder, args.model or smollm2())


def write_prompts(program, file):
    """The shipped sets as token ids, the chat template applied where phasescope applies it."""
    program.run(["core", "pairs", "panel24"], "--max-new-tokens", "1", "--bootstrap-draws", "100")
    file.write_text(json.dumps(program.samples()))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=NAMES, default="smollm2", help="the real SmolLM2-135M-Instruct, or a random llama of this size")
    parser.add_argument("--folder", type=Path, help="where the random checkpoint is, or is to be written (1b: 2.5 GB, 8b: 16 GB)")
    parser.add_argument("--model", type=Path, help="SmolLM2 as a .gguf file instead of the one that scripts/get-model fetches")
    parser.add_argument("--only", nargs="+", choices=list(measurements.MEASUREMENTS), help="these measurements only")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="of the peer one prompt at a time, and of the re-enactment")
    parser.add_argument("--threads", type=int, default=machine.describe()["cores"])
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "bin" / "phasescope")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out" / "bench")
    parser.add_argument("--table", action="store_true", help="measure nothing, print the table of what was measured")
    args = parser.parse_args()
    if args.size != "smollm2" and args.folder is None and not args.table:
        parser.error("--size 1b and 8b need --folder")
    return args


def measure(args, scratch):
    model = chosen_model(args)
    program = Program(args.program, model, args.threads, scratch)
    prompts = Path(scratch) / "prompts.json"
    names = args.only or NAMES[args.size]
    if set(names) & {"forward", "decode", "job"}:
        say("reading the prompts")
        write_prompts(program, prompts)
    start_peer = lambda: PeerProcess(sys.executable, model, prompts, args.threads)
    bench = measurements.Bench(program, start_peer, prompts, args.rounds, args.slow_rounds, say)
    for name in names:
        document = {"size": args.size, "measurement": name, "machine": machine.describe(), "program": program.version(), "threads": args.threads}
        document |= measurements.MEASUREMENTS[name](bench)
        args.output.mkdir(parents=True, exist_ok=True)
        (args.output / f"{args.size}-{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    bench.close()


def main():
    args = parse_arguments()
    if not args.table:
        with tempfile.TemporaryDirectory() as scratch:
            measure(args, scratch)
    print(table.of_folder(args.output))


if __name__ == "__main__":
    main()
