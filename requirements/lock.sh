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
clouds="aws.in azure.in gcp.in vsphere.in proxmox.in vault.in"
# shellcheck disable=SC2086
compile --override overrides.in runtime.in $clouds -c runtime.lock -o clouds.lock
# shellcheck disable=SC2086
compile --override overrides.in runtime.in voice.in $clouds dev.in \
    -c voice.lock -c clouds.lock -o dev.lock
compile servers.in -o servers.lock
compile installer.in -c dev.lock -o installer.lock
compile libvirt.in -o libvirt.lock
compile --no-deps models.in -o models.lock
compile --no-deps speech.in -o speech.lock
