"""Versions of systems, wherever they stand: "which ubuntu machines are still on 20.04"."""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_PLAUSIBLE = {
    "ubuntu": r"(?:1[02468]|2[0246])(?:\.(?:04|10))?", "debian": r"(?:[7-9]|1[0-4])",
    "windows": r"(?:20[012]\d|7|8|10|11)", "rhel": r"(?:[5-9]|10)(?:\.\d{1,2})?",
    "centos": r"[5-9](?:\.\d{1,2})?", "rocky": r"(?:8|9|10)(?:\.\d{1,2})?",
    "alma": r"(?:8|9|10)(?:\.\d{1,2})?",
}  # fmt: skip
_SYSTEM = "|".join(
    rf"(?P<{name}>{name})(?P<{name}_gap>GAP) (?P<{name}_version>{version})"
    for name, version in _PLAUSIBLE.items()
)
_NOUN = r"(?: (?:machines?|servers?|boxe?s?|vms?|instances?|hosts?|ones|guests?|nodes?))"
_GAP = (
    rf"(?: server)?{_NOUN}(?: (?:that|which))?(?: (?:are|is|do))?(?: (?:we|still|left|all|have))*"
    r"(?: (?:on|run|runs|running|using|with))?(?: (?:version|release))?| server| version| release"
)
_NO_UNIT = (
    r"(?![\w.:-]| ?(?:v?cpus?|cores?|gi?b?|gigs?|tb|%|am|pm|o'?clock|days?|hours?|minutes?|weeks?|"
    r"times|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b)"
)
_APART = re.compile(rf"\b(?:{_SYSTEM.replace('GAP', _GAP)}){_NO_UNIT}", re.IGNORECASE)
_BESIDE = re.compile(rf"\b(?:{_SYSTEM.replace('GAP', '')}){_NO_UNIT}", re.IGNORECASE)
_ALONE = re.compile(
    r"\b(?P<on>(?:still |running |that are )?(?:on|running|with|run|runs) )"
    r"(?P<version>(?:1[68]|2[0246])\.04)(?: lts)?(?!\.? ?(?:at|around)\b)" + _NO_UNIT,
    re.IGNORECASE,
)
""" "everything on 22.04": only one system counts so."""


def with_versions(text: str, site: Site) -> str:
    """Each version beside its system; one of which there is no image as a name of an image."""

    def beside(found: re.Match[str]) -> str:
        name = _name(found)
        gap = re.sub(
            r" (?:on|run|runs|running|using|with|version|release)$", "", found[f"{name}_gap"]
        )
        return f"{found[name]} {found[f'{name}_version']}{gap}"

    def as_image(found: re.Match[str]) -> str:
        name = _name(found)
        version = found[f"{name}_version"]
        return found[0] if (name, version) in site.values else f"{name}-{version}"

    if "ubuntu" not in text.casefold():
        text = _ALONE.sub(r"\g<on>ubuntu \g<version>", text)
    return _BESIDE.sub(as_image, _APART.sub(beside, text))


def _name(found: re.Match[str]) -> str:
    return next(name for name in _PLAUSIBLE if found[name])
