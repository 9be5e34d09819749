#!/usr/bin/env python3
"""Check that the re-enactment computes what the published implementation does, on the golden fields of tests/data/intelliton.

Masses, spins and flow agree to 1e-9 of an array's largest entry, the fitted resonances to 1e-3, and the fitted dispersion mass, whose
curve is flat where the mass is small, to 5e-2. Prints the largest difference of each.
"""
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from bench_lib.spectra import spectrum_of  # noqa: E402

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "data" / "intelliton"
# Cases of default settings whose fields are neither degenerate nor shorter than the propagator.
CASES = ("case01", "case07", "case08")
EXACT, ITERATIVE, FLAT = 1e-9, 1e-3, 5e-2


def arrays_of(spectrum):
    return {
        "singular_values": (spectrum.values, EXACT),
        "spin": (spectrum.spin, EXACT),
        "pole_mass": (spectrum.masses, EXACT),
        "lattice_mass": (spectrum.lattice, EXACT),
        "running_mass": (spectrum.flow, EXACT),
        "dispersion_mass": (spectrum.dispersion, FLAT),
        "resonance_center": (spectrum.resonances[:, 1], ITERATIVE),
        "resonance_width": (spectrum.resonances[:, 2], ITERATIVE),
    }


def main():
    worst = {}
    for case in CASES:
        golden = json.loads((GOLDEN / f"{case}.json").read_text())
        for name, field in load_file(GOLDEN / f"{case}.safetensors").items():
            for key, (found, tolerance) in arrays_of(spectrum_of(field.astype(np.float64))).items():
                expected = np.array(golden["expected"]["fields"][name][key], dtype=float)
                difference = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-12)
                worst[key] = max(worst.get(key, (0, tolerance)), (difference, tolerance))
    for key, (difference, tolerance) in worst.items():
        print(f"{key:16} {difference:.1e}{'' if difference <= tolerance else '  DIFFERS'}")
    return any(difference > tolerance for difference, tolerance in worst.values())


if __name__ == "__main__":
    sys.exit(main())
