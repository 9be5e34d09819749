# Sourced by quickstart and test: installs what is missing from Debian, configures and builds. Needs root or sudo for the first only.

build_packages=(build-essential cmake ninja-build ccache pkg-config git libtorch-dev libdnnl-dev libeigen3-dev libcli11-dev
  nlohmann-json3-dev libcereal-dev libspdlog-dev libpcre2-dev libutf8proc-dev libssl-dev libvalijson-dev
  libgtest-dev libgmock-dev libyaml-cpp-dev) # the last three for the tests, which every preset configures
cluster_packages=(slurm-wlm munge)
model_packages=(python3 python3-pip unzip)
benchmark_packages=(libbenchmark-dev)
tidy_packages=(clang-tidy libomp-dev) # the latter for omp.h, which clang has from there

say() { printf '== %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    say "root or sudo is needed for: $*"
    return 1
  fi
}

# install_missing PACKAGE...: asks apt only when one is not installed.
install_missing() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null' apt "${missing[@]}"
}

# build PRESET TARGET...: configures when needed and builds.
build() {
  local preset=$1
  shift
  say "building ($preset)"
  cmake --preset "$preset" >"$log_folder/configure.log" 2>&1 || { cat "$log_folder/configure.log" >&2; return 1; }
  cmake --build --preset "$preset" ${1:+--target "$@"} >"$log_folder/build.log" 2>&1 || { tail -n 60 "$log_folder/build.log" >&2; return 1; }
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log_folder=$(mktemp -d)
trap 'rm -rf "$log_folder"' EXIT
