"""Every cause that is known, declared: what speaks for it and against it, and what to do."""

from __future__ import annotations

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.causes.boot import BOOT
from knowledge.diagnosis.causes.disk import DISK
from knowledge.diagnosis.causes.inside import INSIDE
from knowledge.diagnosis.causes.load import LOAD
from knowledge.diagnosis.causes.network import NETWORK
from knowledge.diagnosis.causes.place import PLACE

CAUSES: tuple[Cause, ...] = (*BOOT, *DISK, *LOAD, *NETWORK, *INSIDE, *PLACE)
