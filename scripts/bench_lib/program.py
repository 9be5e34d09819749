"""phasescope as the benchmark sees it: a program to run, and the manifest that it leaves."""
import json
import os
import shutil
import subprocess
import time
from pathlib import Path


class Program:
    def __init__(self, path, model, threads, scratch):
        self.path, self.model, self.threads, self.scratch = Path(path).resolve(), model, threads, Path(scratch)

    def with_model(self, model):
        return Program(self.path, model, self.threads, self.scratch)

    def run(self, sets, *options, environment=None):
        """One run in a fresh folder; returns its manifest with `wall_seconds` of the whole process added."""
        folder = self.scratch / "run"
        shutil.rmtree(folder, ignore_errors=True)
        command = [self.path, "run", "-m", self.model, "-o", folder, "--threads", str(self.threads), "--progress", "none", "--json"]
        for name in sets:
            command += ["-p", name]
        started = time.monotonic()
        done = subprocess.run([str(part) for part in [*command, *options]], capture_output=True, text=True, env=os.environ | (environment or {}))
        seconds = time.monotonic() - started
        if done.returncode != 0:
            raise SystemExit(f"error: {self.path.name} run: exit code {done.returncode}: {done.stderr.strip()}")
        manifest = json.loads((folder / "manifest.json").read_text())
        return manifest | {"wall_seconds": round(seconds, 3)}

    def samples(self):
        """Of the last run, by set: dictionaries with ids, category and role of each prompt."""
        folder = self.scratch / "run"
        lines = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
        sets, start = {}, 0
        for source in json.loads((folder / "manifest.json").read_text())["prompts"]:
            part = lines[start : start + source["n"]]
            sets[source["name"]] = [{"ids": p["prompt_ids"], "category": p["category"], "role": p["role"]} for p in part]
            start += source["n"]
        return sets

    def version(self):
        return subprocess.run([str(self.path), "--version"], capture_output=True, text=True, check=True).stdout.strip()


class PeerProcess:
    """transformers in a process of its own, waiting between its rounds."""

    def __init__(self, python, model, prompts, threads, dtype="float32"):
        script = Path(__file__).with_name("peer.py")
        command = [python, script, model, prompts, "--threads", threads, "--dtype", dtype]
        started = time.monotonic()
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        self._read()
        self.load_seconds = round(time.monotonic() - started, 3)

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"error: the transformers process ended with exit code {self.process.wait()}")
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
