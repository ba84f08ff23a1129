"""What NovaCron keeps on a machine itself: tags, protection, where it came from, what was done.

It lives in the domain's metadata, so that it moves and dies with the machine. The ledger of done
tokens is what makes a repeated request harmless.
"""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tools.errors import InvalidRequest
from tools.providers.libvirt_link import libvirt

NAMESPACE = "urn:novacron:machine:1"
_PREFIX = "novacron"
_LEDGER_LENGTH = 24
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one machine.

    Attributes:
        done: tokens of finished acts, the newest last.
        restarting: the token of a restart that began, and the running number that it shall end.
    """

    created_at: datetime | None = None
    image: str | None = None
    protected: bool = False
    tags: dict[str, str] = field(default_factory=dict[str, str])
    done: tuple[str, ...] = ()
    restarting: tuple[str, int] | None = None

    def with_done(self, token: str) -> Notes:
        """The same with one more finished act."""
        kept = (*(t for t in self.done if t != token), token)[-_LEDGER_LENGTH:]
        return dataclasses.replace(self, done=kept, restarting=None)

    def to_xml(self) -> ET.Element:
        """The metadata element, its name without the namespace."""
        root = ET.Element("machine", protected="yes" if self.protected else "no")
        if self.created_at:
            root.set("created", self.created_at.isoformat())
        if self.image:
            root.set("image", self.image)
        if self.restarting:
            token, number = self.restarting
            ET.SubElement(root, "restarting", token=token, number=str(number))
        for key, value in self.tags.items():
            ET.SubElement(root, "tag", key=key, value=value)
        for token in self.done:
            ET.SubElement(root, "done", token=token)
        return root

    @classmethod
    def from_xml(cls, root: ET.Element | None) -> Notes:
        """Read them back; a machine without them has empty notes."""
        if root is None:
            return cls()
        created, restarting = root.get("created"), root.find("{*}restarting")
        return cls(
            created_at=datetime.fromisoformat(created) if created else None,
            image=root.get("image"),
            protected=root.get("protected") == "yes",
            tags={t.get("key", ""): t.get("value", "") for t in root.iterfind("{*}tag")},
            done=tuple(d.get("token", "") for d in root.iterfind("{*}done")),
            restarting=None
            if restarting is None
            else (restarting.get("token", ""), int(restarting.get("number", "-1"))),
        )


def of_domain_xml(domain: ET.Element) -> Notes:
    """The notes within a domain's description."""
    return Notes.from_xml(domain.find(f"metadata/{{{NAMESPACE}}}machine"))


def put_into(domain: ET.Element, notes: Notes) -> None:
    """Put the notes into a domain's description, in place of those that it has."""
    metadata = domain.find("metadata")
    if metadata is None:
        metadata = ET.SubElement(domain, "metadata")
    for old in metadata.findall(f"{{{NAMESPACE}}}machine"):
        metadata.remove(old)
    element = notes.to_xml()
    element.tag = f"{{{NAMESPACE}}}machine"
    metadata.append(element)


def read(domain: libvirt.virDomain) -> Notes:
    """The notes of a machine; of its lasting description where it has one."""
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
    try:
        text = domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE, flags)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            raise
        return Notes()
    return Notes.from_xml(ET.fromstring(text))


def write(domain: libvirt.virDomain, notes: Notes) -> None:
    """Keep the notes, in what runs now and in what will be started next."""
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
    if domain.isActive():
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    text = ET.tostring(notes.to_xml(), encoding="unicode")
    domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, text, _PREFIX, NAMESPACE, flags)


def check_text(what: str, texts: Iterable[str]) -> None:
    """Refuse text that XML cannot hold, such as control characters.

    Raises:
        InvalidRequest: there is such a character.
    """
    for text in texts:
        if _NOT_IN_XML.search(text):
            raise InvalidRequest(f"The {what} {text!r} has characters that libvirt cannot keep.")


ET.register_namespace(_PREFIX, NAMESPACE)
