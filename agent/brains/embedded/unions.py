"""Noun phrases put together: of one field, or with what follows the last."""

from __future__ import annotations

from agent.brains.embedded.phrases import Chosen, Noun


def share(chosen: Chosen) -> None:
    """Put phrases of one and the same field together, and give all what follows the last."""
    for side in (chosen.include, chosen.exclude):
        nouns = [n for n in side if not n.empty]
        if len(nouns) < 2:
            continue
        last = nouns[-1]
        shared = {
            f
            for f in last.trailing
            if all(f not in n.fields and f not in n.bounds for n in nouns[:-1])
        }
        for noun in nouns[:-1]:
            if noun.apart or (noun.named_only and noun.last != "stem"):
                continue  # "non-prod, except the sandboxes": the one does not narrow the other
            if not noun.trailing:
                for name in shared:
                    if name in last.fields:
                        noun.fields[name] = list(last.fields[name])
                    elif name in last.bounds:
                        noun.bounds[name] = dict(last.bounds[name])
                    elif name == "metric":
                        noun.metric = list(last.metric)
        _merge(side, nouns)


def _merge(side: list[Noun], nouns: list[Noun]) -> None:
    first = nouns[0]
    keys = set(first.fields)
    simple = all(
        set(n.fields) == keys
        and not (n.names or n.ids or n.bounds or n.metric or n.flags or n.missing or n.not_states)
        for n in nouns
    )
    if simple and len(keys) >= 1:
        differing = [
            k for k in keys if any(set(n.fields[k]) != set(first.fields[k]) for n in nouns)
        ]
        if len(differing) <= 1:
            for name in differing:
                first.fields[name] = [v for n in nouns for v in n.fields[name]]
            first.plural = True
            side[:] = [first]
            return
    if all(n.named_only for n in nouns):
        for noun in nouns[1:]:
            first.names.extend(noun.names)
            first.ids.extend(noun.ids)
        first.plural = True
        side[:] = [first]
