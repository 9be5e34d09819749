"""What the numbers were measured on, without naming the machine."""
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

TELLING_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve")


def processor():
    facts = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    features = facts.get("flags", facts.get("Features", "")).split()
    return facts.get("model name", platform.machine()), [name for name in TELLING_FEATURES if name in features]


def memory_gib():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def describe():
    name, features = processor()
    return {
        "date": date.today().isoformat(),
        "processor": name,
        "cores": len(os.sched_getaffinity(0)),
        "features": features,
        "memory_gib": memory_gib(),
        "peers": {package: version(package) for package in ("torch", "transformers", "numpy")},
    }
