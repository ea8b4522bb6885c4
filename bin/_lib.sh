# Shared by bin/run and bin/test: where the project is, its child processes, how Python and the packages get here.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OWN_VENV=$ROOT/.venv
# VENV names an environment prepared elsewhere (container, package): it is used as it is, nothing is installed in it.
VENV=${VENV:-$OWN_VENV}

say() { printf '%s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# --- Child processes --------------------------------------------------------------------------------------------------

declare -A children=() # process number → name

# start NAME COMMAND…: a child in the background, leading a process group of its own (so that nothing it starts is left
# behind), and stopped by the kernel even when this script is killed outright.
start() {
  local name=$1
  shift
  setpriv --pdeathsig TERM setsid "$@" </dev/null &
  children[$!]=$name
}

# run COMMAND…: waits for it, and yet a signal stops it at once (bash would first wait for a child in the foreground).
run() {
  start step "$@"
  local process=$! status=0
  wait "$process" || status=$?
  unset "children[$process]"
  return "$status"
}

stop_children() {
  trap '' INT TERM HUP
  local process
  for process in "${!children[@]}"; do kill -TERM -- "-$process" 2>/dev/null; done
  for _ in {1..150}; do
    [ -n "$(jobs -pr)" ] || break
    sleep 0.1
  done
  for process in "${!children[@]}"; do kill -KILL -- "-$process" 2>/dev/null; done
  wait
}

# --- Python and packages ----------------------------------------------------------------------------------------------

is_root_with_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Debian's PostgreSQL package would start a database server of its own; ours only ever run in a temporary folder.
refuse_debian_cluster() {
  local file=/etc/postgresql-common/createcluster.conf
  [ -e "$file" ] && return
  mkdir -p "${file%/*}" && echo 'create_main_cluster = false' >"$file"
}

apt_install() {
  local options=(-y -qq --no-install-recommends -o Dpkg::Options::=--force-confold)
  export DEBIAN_FRONTEND=noninteractive
  say "Installing with apt: $*"
  apt-get install "${options[@]}" "$@" >/dev/null 2>&1 </dev/null && return
  apt-get update -qq </dev/null && apt-get install "${options[@]}" "$@" >/dev/null </dev/null
}

# Prints the first python3 that is new enough and able to make environments; nothing when there is none.
usable_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

ensure_python() {
  PYTHON=$(usable_python)
  [ -n "$PYTHON" ] && return
  if is_root_with_apt; then
    apt_install python3 python3-venv || die "apt could not install python3 and python3-venv; see its message above."
    PYTHON=$(usable_python)
    [ -n "$PYTHON" ] && return
  fi
  if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    die "Python cannot make environments here: run 'apt install python3-venv' as root, then start again."
  fi
  die "Python 3.11 or newer is needed (here: $(python3 --version 2>/dev/null || echo none)):" \
    "run 'apt install python3 python3-venv' as root (Debian 12 or newer), then start again."
}

# Waits while another bin/run or bin/test installs; the lock is on the folder itself, so no file is left behind.
with_install_lock() {
  local lock
  exec {lock}<"$ROOT/requirements"
  if ! flock --nonblock "$lock"; then
    say "Another start is installing packages; waiting for it …"
    run flock "$lock"
  fi
  "$@" {lock}<&-
  exec {lock}<&-
}

# ensure_packages runtime|dev: the environment holds exactly what requirements/NAME.txt locks.
ensure_packages() {
  if [ "$VENV" != "$OWN_VENV" ]; then
    [ -x "$VENV/bin/python" ] || die "VENV names $VENV, which holds no bin/python: unset VENV, or make it first."
  elif ! is_installed "$1"; then
    ensure_python
    with_install_lock install_packages "$1"
  fi
  PYTHON=$VENV/bin/python
}

lock_hash() { sha256sum <"$ROOT/requirements/$1.txt"; }

is_installed() {
  [ "$(cat "$VENV/.installed-$1" 2>/dev/null)" = "$(lock_hash "$1")" ] && [ ! -e "$VENV/.installing" ] && venv_works
}

# Fails for an environment that was left half-made, or whose Python has since been replaced by another version.
venv_works() { "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

install_packages() {
  is_installed "$1" && return # by the start we waited for
  if [ -e "$VENV/.installing" ] || ! venv_works; then
    [ ! -e "$VENV" ] || say "The environment in .venv is unfinished or broken; making it anew."
    run "$PYTHON" -m venv --clear "$VENV" ||
      die "The folder $ROOT cannot hold .venv: make it writable for $(id -un), or free some space."
  fi
  say "Installing packages (once, about half a minute) …"
  touch "$VENV/.installing"
  run "$VENV/bin/python" -m pip install -qq --no-input --disable-pip-version-check --require-hashes \
    -r "$ROOT/requirements/$1.txt" ||
    die "pip could not install requirements/$1.txt (see above): check the network, then start again."
  lock_hash "$1" >"$VENV/.installed-$1"
  # The development lock holds every runtime package in the same version (tests/test_requirements.py).
  [ "$1" != dev ] || lock_hash runtime >"$VENV/.installed-runtime"
  rm "$VENV/.installing"
}
