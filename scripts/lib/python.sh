# Sourced by scripts that need Python packages. use_python REQUIREMENTS MODULE...: sets `python` to an interpreter that has the
# modules: the one PHASESCOPE_PYTHON names, else a private environment in .venv, made or completed from scripts/REQUIREMENTS.
# Where a package index offers torch with and without CUDA, pip's own configuration chooses; the CPU build is enough.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

has_modules() { "$1" -c "import $(IFS=,; echo "${*:2}")" 2>/dev/null; }

use_python() {
  local requirements=$1
  shift
  python=${PHASESCOPE_PYTHON:-$repository/.venv/bin/python}
  has_modules "$python" "$@" && return
  if [ -n "${PHASESCOPE_PYTHON:-}" ]; then
    echo "error: PHASESCOPE_PYTHON: $python lacks a package of scripts/$requirements" >&2
    exit 2
  fi
  echo "== installing torch and transformers into .venv (once; some minutes)" >&2
  python3 -m venv "$repository/.venv"
  "$python" -m pip install --quiet --disable-pip-version-check -r "$repository/scripts/$requirements" >&2
}
