#!/bin/sh
# Renews the hashed locks. No index address may enter them: see docs/decisions.
set -eu
cd "$(dirname "$0")"
compile() {
    uv pip compile --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q "$@"
}
compile --override overrides.in runtime.in -o runtime.lock
compile --override overrides.in runtime.in voice.in -c runtime.lock -o voice.lock
compile --override overrides.in runtime.in voice.in dev.in -c voice.lock -o dev.lock
compile installer.in -c dev.lock -o installer.lock
compile libvirt.in -o libvirt.lock
compile --no-deps models.in -o models.lock
