# Sourced by the other scripts: makes what they need, and only what is not there yet.
# Nothing is installed outside of this clone.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/server/.venv"
PYTHON="$VENV/bin/python"
export PYTHONPATH="$ROOT/server${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONDONTWRITEBYTECODE  # else each start compiles all modules anew: 0.3 s

say() { printf '%s\n' "$*"; }
die() { printf 'trackly: %s\n' "$*" >&2; exit 1; }

# A Python of at least 3.11 that can make environments; TRACKLY_PYTHON names another. The distribution's own comes first:
# it is built with profile-guided optimisation, which those that version managers compile mostly lack (a loop takes 15-28 % less).
find_python() {
  local name
  for name in ${TRACKLY_PYTHON:-/usr/bin/python3 python3.11 python3.12 python3.13 python3.14 python3 python}; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return
    fi
  done
  die "Python 3.11 or newer with its venv module is needed (Debian, Ubuntu: apt install python3 python3-venv)"
}

# need_python <lock>: an environment in server/.venv with exactly what the lock file names, checked by hash.
need_python() {
  local lock="$ROOT/server/$1" stamp="$VENV/.installed-$1" sum
  sum="$(cksum <"$lock")"
  [[ -x "$PYTHON" && "$(cat "$stamp" 2>/dev/null)" == "$sum" ]] && return
  local python
  python="$(find_python)" || exit 1
  "$PYTHON" -c '' 2>/dev/null || { say "Making a Python environment in server/.venv"; "$python" -m venv --clear "$VENV"; }
  "$PYTHON" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m ensurepip >/dev/null
  say "Installing Python packages ($1), once"
  install_quickly "$lock" || pip_install "$lock" || die "the packages could not be installed"
  command_file
  printf '%s' "$sum" >"$stamp"
}

pip_install() { "$PYTHON" -m pip install -qq --no-input --require-hashes -r "$1"; }

# By uv, which takes 3 s for what takes pip 30. It knows pip's mirror, but not all of pip's settings: where it fails, pip is asked.
install_quickly() {
  local quick="$ROOT/server/requirements-uv.txt" index
  [[ -f "$quick" ]] && pip_install "$quick" || return
  index="${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$PYTHON" -m pip config get global.index-url 2>/dev/null)}}"
  env ${index:+UV_DEFAULT_INDEX="$index"} "$VENV/bin/uv" pip install -q --python "$PYTHON" --require-hashes -r "$1"
}

# `server/.venv/bin/trackly`, whatever the folder that it is called from.
command_file() {
  printf '#!/bin/sh\nexec env PYTHONPATH="%s" "%s" -m trackly "$@"\n' "$ROOT/server" "$PYTHON" >"$VENV/bin/trackly"
  chmod +x "$VENV/bin/trackly"
}

# Node and npm come with the Python packages.
use_node() { export PATH="$VENV/bin:$PATH"; }

# need_node_modules: client/node_modules as package-lock.json says.
need_node_modules() {
  local stamp="$ROOT/client/node_modules/.installed" sum
  sum="$(cksum <"$ROOT/client/package-lock.json")"
  [[ "$(cat "$stamp" 2>/dev/null)" == "$sum" ]] && return
  use_node
  say "Installing the client's packages, once"
  (cd "$ROOT/client" && npm ci --loglevel=error --no-audit --no-fund >/dev/null) || die "the client's packages could not be installed"
  printf '%s' "$sum" >"$stamp"
}

# need_client: client/build from the present sources.
need_client() {
  local stamp="$ROOT/client/node_modules/.built" sum
  sum="$(client_sum)"
  [[ -f "$ROOT/client/build/index.html" && "$(cat "$stamp" 2>/dev/null)" == "$sum" ]] && return
  need_node_modules
  use_node
  say "Building the client"
  local log
  log="$(cd "$ROOT/client" && npm run --silent build 2>&1)" || { printf '%s\n' "$log" >&2; die "the client could not be built"; }
  printf '%s' "$sum" >"$stamp"
}

# One number for everything that the client is built from.
client_sum() {
  (cd "$ROOT/client" && find . \( -name node_modules -o -name build -o -name .svelte-kit -o -name paraglide -o -name cache \
    -o -name e2e -o -name test-results -o -name .lix \) -prune -o -type f ! -name '*.test.ts' ! -name '*.md' ! -name '.meta.json' ! -name .gitignore \
    -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
}

# ---- parts of check and test: each is timed, all are run, the end tells which failed ----
PARTS=()
FAILED=0

# part <name> <command…>
part() {
  local name="$1" began=$SECONDS result="ok"
  shift
  printf '\n=== %s\n' "$name"
  "$@" || { result="FAILED"; FAILED=1; }
  PARTS+=("$(printf '%-32s %-8s %5d s' "$name" "$result" $((SECONDS - began)))")
}

# missing <name> <why>: a part that can't run here. In CI that is a failure.
missing() {
  printf '\n!!! %s is NOT run: %s\n' "$1" "$2" >&2
  PARTS+=("$(printf '%-32s %-8s         %s' "$1" "MISSING" "$2")")
  if [[ -n "${CI:-}" ]]; then FAILED=1; fi
}

# at_end <command…>: when this script ends, however it does; the last one first.
AT_END=()
at_end() {
  AT_END=("$(printf '%q ' "$@")" "${AT_END[@]}")
  trap 'for last in "${AT_END[@]}"; do eval "$last"; done' EXIT
}

# beside <command…>: parts that run beside those that follow. beside_done: wait for all of them, and tell what they said.
BESIDE=()
beside() {
  local told
  told="$(mktemp -d)"
  (PARTS=() BESIDE=() AT_END=() && "$@" && declare -p PARTS FAILED | sed "s|^declare |declare -g |" >"$told/parts") >"$told/said" 2>&1 </dev/null &
  BESIDE+=("$! $told")
  [[ " ${AT_END[*]} " == *" end_beside "* ]] || at_end end_beside
}
beside_done() {
  local parts=("${PARTS[@]}") failed=$FAILED lane told
  for lane in "${BESIDE[@]}"; do
    told="${lane#* }"
    wait "${lane%% *}" || failed=1
    cat "$told/said"
    if [[ -f "$told/parts" ]]; then . "$told/parts"; else failed=1; fi
    parts+=("${PARTS[@]}")
    [[ $FAILED == 0 ]] || failed=1
    rm -rf "$told"
  done
  PARTS=("${parts[@]}") FAILED=$failed BESIDE=()
}
end_beside() {
  local lane
  for lane in "${BESIDE[@]}"; do
    kill "${lane%% *}" 2>/dev/null
    rm -rf "${lane#* }"
  done
}

# summary: the table, and the exit code of the whole.
summary() {
  printf '\n'
  printf '  %s\n' "${PARTS[@]}"
  printf '  %-32s %-8s %5d s\n' "all" "$([[ $FAILED == 0 ]] && echo ok || echo FAILED)" "$SECONDS"
  return "$FAILED"
}

in_server() { (cd "$ROOT/server" && "$@"); }
in_client() { (cd "$ROOT/client" && "$@"); }
