"""What ails the system inside: time, certificates, the agent, services."""

from __future__ import annotations

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import heard, when
from knowledge.diagnosis.evidence import Evidence


def _half_blind(seen: Evidence) -> str | None:
    """What is measured from outside arrives, and what the agent measures inside does not."""
    gone = [m for m in ("memory", "disk") if seen.reading(m).past and seen.now(m) is None]
    if len(gone) < 2 or seen.now("cpu") is None:
        return None
    return "its CPU is still measured from outside, its memory and disk no longer from inside"


INSIDE = (
    Cause(
        "clock-drift",
        "its clock is wrong",
        signs=(
            heard(
                0.85,
                "clock-drift",
            ),
        ),
        about="the clock is wrong: time drift, NTP does not synchronise",
        say="restart {name}",
        look="run `chronyc tracking`; let it reach a time server, then `chronyc makestep`",
        symptoms=r"time|clock|ntp|drift|token|kerberos|certificate|login|auth|sync",
        explains=("service-failing", "certificate-expired"),
    ),
    Cause(
        "certificate-expired",
        "a certificate on it has expired",
        signs=(
            heard(
                0.86,
                "certificate-expired",
            ),
        ),
        against=(heard(0.2, "certificate-expired-weakly"),),
        about="a certificate has expired",
        look="renew it (`certbot renew`), reload what serves it, and check with `openssl s_client`",
        symptoms=r"certificate|cert|tls|ssl|https|browser|secure|trust|connect",
        explains=("service-failing", "backup-failing"),
    ),
    Cause(
        "agent-stopped",
        "its guest agent has stopped",
        signs=(
            heard(
                0.82,
                "agent-stopped",
            ),
            heard(0.3, "agent-stopped-weakly"),
            when(0.6, _half_blind),
        ),
        about="the guest agent does not answer",
        say="restart {name}",
        look="start the agent inside (`systemctl start qemu-guest-agent`), and enable it",
        symptoms=r"agent|tools|metric|monitor|sample|missing|no data|heartbeat",
        explains=("service-failing",),
    ),
    Cause(
        "service-failing",
        "a service on it keeps failing",
        signs=(
            heard(
                0.5,
                "service-failing",
            ),
        ),
        about="a service fails to start",
        look="read `journalctl -u` of that service; restart it once its reason is gone",
        symptoms=r"service|app|site|website|5\d\d|error|down|crash|fail",
    ),
)
