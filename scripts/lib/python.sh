# Sourced by scripts that need torch and transformers. Sets `python` to an interpreter that has the packages of
# scripts/requirements-fixtures.txt: the one PHASESCOPE_PYTHON names, else a private environment in .venv, made when it is missing.
# Where a package index offers torch both with and without CUDA, pip's own configuration chooses; the CPU build is enough.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
requirements=$repository/scripts/requirements-fixtures.txt

has_packages() { "$1" -c 'import accelerate, gguf, numpy, safetensors, tokenizers, torch, transformers' 2>/dev/null; }

make_environment() {
  printf '== making %s with torch and transformers (once; some minutes)\n' "${repository##*/}/.venv" >&2
  python3 -m venv "$repository/.venv"
  "$repository/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2
}

if [ -n "${PHASESCOPE_PYTHON:-}" ]; then
  python=$PHASESCOPE_PYTHON
  has_packages "$python" || { echo "error: PHASESCOPE_PYTHON: $python lacks a package of ${requirements#"$repository"/}" >&2; exit 2; }
else
  python=$repository/.venv/bin/python
  { [ -x "$python" ] && has_packages "$python"; } || make_environment
fi
