"""Train the models of tests/data/zoo; called by scripts/train-zoo."""
import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True

from zoo_lib.recipes import RECIPES  # noqa: E402


def carry_out(name, out):
    """In a process of its own: one thread, so that results do not depend on how many there are."""
    import torch
    import transformers

    from zoo_lib.breeding import Breeding
    from zoo_lib.corpus import build_corpus

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    recipe = next(recipe for recipe in RECIPES if recipe.name == name)
    return Breeding(build_corpus(), Path(out)).carry_out(recipe)


def parse_arguments():
    names = [recipe.name for recipe in RECIPES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="train these only")
    parser.add_argument("--out", type=Path, default=SCRIPTS.parent / "tests" / "data" / "zoo")
    parser.add_argument("--jobs", type=int, default=2, help="models trained at the same time, each on one thread")
    return parser.parse_args()


def write_report(out, records, seconds):
    """README.md and training.json; models that were not trained this time keep their numbers."""
    from zoo_lib.corpus import build_corpus
    from zoo_lib.report import earlier_records, write

    known = earlier_records(out) | records
    folders = [folder for recipe in RECIPES for folder in recipe.folders()]
    if all(folder in known for folder in folders):
        write(out, build_corpus(), {folder: known[folder] for folder in folders})
    print(f"{seconds:.0f} s in all")


def main():
    args, started, records = parse_arguments(), time.monotonic(), {}
    chosen = [recipe for recipe in RECIPES if recipe.name in args.only]
    with ProcessPoolExecutor(args.jobs, get_context("spawn")) as pool:
        for tuned in (False, True):
            wave = [pool.submit(carry_out, recipe.name, args.out) for recipe in chosen if bool(recipe.start) == tuned]
            for future in wave:
                records |= future.result()
    write_report(args.out, records, time.monotonic() - started)


if __name__ == "__main__":
    main()
