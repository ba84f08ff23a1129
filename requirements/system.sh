#!/bin/sh
# Installs the real parts that the tests talk to, as root on Debian: libvirt with QEMU, Postgres, Chromium,
# and what the vCenter simulator is built from.
set -eu
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not root on Debian: tests use the parts that are here." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
set -- libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils busybox-static cpio kmod \
    dnsmasq-base iptables iproute2 e2fsprogs postgresql git chromium espeak-ng flite prometheus \
    prometheus-libvirt-exporter golang-go golang-github-vmware-govmomi-dev
command -v npm >/dev/null 2>&1 || set -- "$@" nodejs npm
missing=""
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "installing$missing" >&2
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    apt-get install -y -q --no-install-recommends $missing >/dev/null
fi
