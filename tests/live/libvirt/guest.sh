#!/bin/sh
# Builds the test guest from Debian packages alone: kernel, initramfs with the real qemu-guest-agent,
# a small ext4 disk. Needs the apt lists and busybox-static, cpio, kmod, e2fsprogs, qemu-utils.
# usage: guest.sh WORK IMAGES
set -eu
work=$1 images=$2
mkdir -p "$work" "$images"
cd "$work"

fetch() {
    apt-get download -q "$1" > download.log 2>&1 || { cat download.log >&2; exit 1; }
}

kernel() { apt-cache depends linux-image-cloud-amd64 2> /dev/null | awk "/Depends/ {print \$2; exit}"; }
kernel_package=$(kernel)
[ -n "$kernel_package" ] || { apt-get update -q > update.log 2>&1; kernel_package=$(kernel); }
fetch "$kernel_package"
fetch qemu-guest-agent
dpkg-deb -x "$kernel_package"_*.deb kernel
dpkg-deb -x qemu-guest-agent_*.deb agent
version=$(ls kernel/lib/modules)
depmod -b kernel "$version"

root=$work/root
mkdir -p "$root/bin" "$root/sbin" "$root/usr/sbin" "$root/dev" "$root/proc" "$root/sys" "$root/run" \
    "$root/var/run" "$root/tmp" "$root/data" "$root/etc/acpi/PWRF" "$root/lib/modules"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
done

: > "$root/modules"
for module in button evdev virtio_pci virtio_blk virtio_net virtio_balloon virtio_console virtio-rng ext4 acpiphp; do
    modprobe -S "$version" -d "$work/kernel" --show-depends "$module" 2> /dev/null |
        awk '$1 == "insmod" {print $2}' | while read -r file; do
        name=$(basename "$file" .ko)
        grep -qx "$name" "$root/modules" && continue
        cp "$file" "$root/lib/modules/$name.ko"
        echo "$name" >> "$root/modules"
    done
done

cp agent/usr/sbin/qemu-ga "$root/usr/sbin/"
for library in $(ldd agent/usr/sbin/qemu-ga | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done

cat > "$root/etc/acpi/PWRF/00000080" << 'END'
#!/bin/sh
[ -e /tmp/deaf ] && exit 0
echo GUEST-POWERBUTTON > /dev/console
sync; umount /data; poweroff -f
END
cat > "$root/sbin/shutdown" << 'END'
#!/bin/sh
[ -e /tmp/deaf ] && exit 0
sync; umount /data
case "$*" in *-r*) (sleep 1; reboot -f) & ;; *) (sleep 1; poweroff -f) & ;; esac
END
cat > "$root/etc/lease" << 'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/24" dev "$interface"
echo "GUEST-IP $ip" > /dev/console
END
cat > "$root/init" << 'END'
#!/bin/sh
export PATH=/bin:/sbin:/usr/sbin
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev
for m in $(cat /modules); do insmod /lib/modules/$m.ko 2> /dev/null; done
ip link set lo up; hostname guest
ln -sf /proc/mounts /etc/mtab
mount -t ext4 /dev/vda /data 2> /dev/null
acpid -c /etc/acpi -l /dev/null > /dev/null 2>&1
[ -e /sys/class/net/eth0 ] && { ip link set eth0 up; udhcpc -i eth0 -s /etc/lease -t 20 -T 1 -b > /dev/null 2>&1 & }
mkdir -p /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do
    [ "$(cat $port/name 2> /dev/null)" = org.qemu.guest_agent.0 ] || continue
    case "$(cat /proc/cmdline)" in *agent=off*) continue ;; esac
    ln -sf /dev/$(basename $port) /dev/virtio-ports/org.qemu.guest_agent.0
    qemu-ga -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 > /dev/null 2>&1 &
done
echo "GUEST-BOOTED $(cut -d' ' -f1 /proc/uptime) cpus=$(nproc)"
while :; do
    for cpu in /sys/devices/system/cpu/cpu[1-9]*; do
        [ "$(cat $cpu/online 2> /dev/null)" = 0 ] && echo 1 > $cpu/online
    done
    sleep 1
done
END
printf 'root:x:0:0:root:/:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\n' > "$root/etc/group"
chmod +x "$root/init" "$root/etc/lease" "$root/sbin/shutdown" "$root/etc/acpi/PWRF/00000080"

(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$images/tiny-initrd"
cp "kernel/boot/vmlinuz-$version" "$images/tiny-vmlinuz"
truncate -s 64M disk.raw
mkfs.ext4 -q -O ^has_journal disk.raw
qemu-img convert -f raw -O qcow2 disk.raw "$images/tiny-disk"
cat > "$images/tiny.toml" << 'END'
kernel = "tiny-vmlinuz"
initrd = "tiny-initrd"
cmdline = "console=ttyS0 quiet"
disk = "tiny-disk"
END
