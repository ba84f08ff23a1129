"""Words that measure machines: conditions such as busy or idle, and superlatives."""

from __future__ import annotations

from typing import Any

CONDITIONS: dict[tuple[str, str, str, str, float], tuple[str, ...]] = {
    ("cpu", "avg", "1h", "gt", 80.0): (
        "busy", "hot", "running hot", "high cpu", "high load", "heavily loaded", "pegged", "maxed out",
        "overloaded", "under load", "hammered", "high cpu usage", "high cpu load", "cpu hogs", "hogging cpu",
        "under heavy load", "cpu bound", "heavy cpu", "high processor", "sweating", "under pressure", "high",
        "high cpu utilization", "high cpu utilisation", "high processor usage", "cpu is high", "very busy",
        "lots of cpu", "hogging the cpu", "burning cpu", "cpu heavy", "cooking", "red hot", "maxed", "slammed",
        "high cpu use", "cpu high", "running high", "overworked", "working hard", "hungry", "loaded",
        "under high load", "under stress", "cpu through the roof", "struggling for cpu", "cpu-heavy",
        "high utilization", "high utilisation", "high usage", "highly loaded", "burning hot", "saturated",
        "working too hard", "high on cpu", "too busy", "cpu-bound", "flat out", "hogging"),
    ("memory", "avg", "1h", "gt", 80.0): (
        "high memory", "high memory usage", "memory is high", "low on memory", "short on memory",
        "running out of memory", "short of memory", "high ram", "high ram usage", "memory hogs", "tight on memory",
        "hogging memory", "memory pressure", "out of memory", "high memory use", "memory heavy", "low on ram",
        "low memory", "memory high", "short on ram", "short of ram", "running low on memory", "memory-hungry",
        "running low on ram", "running out of ram", "memory hungry", "hogging ram", "high mem", "memory starved",
        "high on memory", "little memory left", "starved of memory", "starved for memory", "high memory load",
        "high memory utilization", "memory bound", "hogging the memory"),
    ("disk", "avg", "1h", "gt", 90.0): (
        "nearly full", "almost full", "close to full", "running out of disk", "running out of space",
        "running out of disk space", "low on disk", "low on disk space", "low on space", "full disk", "full disks",
        "disk full", "filling up", "nearly out of disk", "nearly out of space", "short on disk", "low disk space",
        "about to fill up", "disk nearly full", "full up", "near full", "short of disk", "practically full",
        "low disk", "about full", "disk almost full", "out of disk", "out of disk space", "out of space",
        "short on space", "running full", "getting full", "short of space", "running low on disk", "full", "filled up",
        "running low on space", "running low on disk space", "short on disk space", "little disk left",
        "nearly filled", "bursting", "near capacity", "brimming", "near to full", "disks full", "disks nearly full",
        "close to being full", "little space left", "about to run out of disk", "about to run out of space",
        "nearly run out of disk", "almost out of space", "almost out of disk", "almost out of disk space"),
    ("cpu", "avg", "7d", "lt", 5.0): (
        "idle", "unused", "idling", "doing nothing", "not doing anything", "not used", "not being used", "bored",
        "sitting idle", "sitting around", "nobody uses", "nobody is using", "not in use", "no one uses",
        "lying idle", "gathering dust", "doing no work", "not doing much", "barely used", "hardly used", "lazy",
        "dormant", "twiddling their thumbs", "collecting dust", "sitting there doing nothing", "underutilised",
        "hardly doing anything", "not working at all", "not utilised", "not utilized", "slacking", "idles",
        "doing nothing at all", "standing idle", "running idle", "no one is using", "unutilized", "unutilised",
        "not really used", "snoozing", "barely doing anything", "doing bugger all", "not doing any work"),
    ("network", "avg", "1h", "gt", 80.0): ("high network", "high traffic", "heavy traffic", "high bandwidth"),
    ("iops", "avg", "1h", "gt", 80.0): ("high iops", "high io", "high disk io"),
}  # fmt: skip
"""(metric, aggregate, window, comparison, figure) and the words that mean it."""

SUPERLATIVES: dict[tuple[str, bool], tuple[str, ...]] = {
    ("age_days", True): ("oldest", "longest running", "most ancient", "longest-running", "eldest", "earliest",
                         "longest-lived", "been around longest", "been around the longest", "longest serving"),
    ("age_days", False): ("newest", "youngest", "latest created", "most recent", "most recently created",
                          "last created", "freshest", "latest", "most recently made"),
    ("hourly_cost_usd", True): ("most expensive", "priciest", "costliest", "dearest", "most costly",
                                "biggest spenders", "biggest spender", "top spenders", "cost the most",
                                "costs the most", "costing the most", "costs us the most", "costing us the most",
                                "cost us the most", "biggest cost", "highest cost", "highest costs",
                                "burning the most money", "most money", "top cost", "biggest bill", "most pricey",
                                "highest price", "eat the most money", "eats the most money", "top costs", "biggest costs", "highest bill", "heaviest on the wallet",
                                "most dear", "burns the most money", "burn the most money"),
    ("hourly_cost_usd", False): ("cheapest", "least expensive", "lowest cost", "least costly", "cost the least",
                                 "costs the least", "costs us the least", "lowest price"),
    ("vcpus", True): ("most cores", "most cpus", "most vcpus", "most vcpu", "most processors", "highest core count",
                      "most powerful", "beefiest", "highest number of cores"),
    ("vcpus", False): ("fewest cores", "fewest cpus", "fewest vcpus", "least cores", "least powerful"),
    ("memory_gib", True): ("most ram installed", "biggest", "largest", "fattest", "biggest memory", "largest memory",
                           "most gigs", "biggest ram", "most installed memory"),
    ("memory_gib", False): ("smallest", "tiniest", "least ram installed", "smallest memory"),
    ("disk_gib", True): ("biggest disk", "largest disk", "biggest disks", "largest disks", "most storage",
                         "most disk", "biggest drives", "largest drives", "biggest volumes", "largest volumes",
                         "most storage space", "biggest drive", "largest drive"),
    ("disk_gib", False): ("smallest disk", "smallest disks", "least storage"),
    ("snapshots", True): ("most snapshots", "highest number of snapshots"),
    ("cpu", True): ("busiest", "hottest", "highest cpu", "most cpu", "top cpu", "hardest working", "most loaded",
                    "hungriest", "most busy", "top cpu users", "biggest cpu", "heaviest", "working hardest",
                    "top cpu consumers", "biggest cpu users", "most heavily loaded", "highest load", "most load",
                    "most processor", "cpu hungry", "hardest-working", "most utilized", "most utilised",
                    "highest processor", "max cpu", "worst cpu", "highest cpu usage", "most compute",
                    "cpu top", "most processing power"),
    ("cpu", False): ("idlest", "least busy", "lowest cpu", "least cpu", "least loaded", "quietest", "most idle",
                     "least used", "coolest", "least utilized", "least utilised", "laziest", "bottom cpu",
                     "lowest load"),
    ("memory", True): ("most memory", "highest memory", "most ram", "top memory", "biggest memory users",
                       "highest ram", "memory hungry", "top ram", "top mem", "most mem", "hungriest for memory",
                       "worst memory", "max memory", "memory hungriest", "highest mem", "biggest memory hogs",
                       "top memory users", "top memory consumers"),
    ("memory", False): ("least memory", "lowest memory", "least ram", "lowest ram", "lowest mem"),
    ("disk", True): ("fullest", "fullest disk", "fullest disks", "most disk space", "highest disk", "least free space",
                     "least free disk", "least free disk space", "top disk", "highest disk usage", "least space left",
                     "most full", "worst disk", "disk fullest", "most disk usage", "highest storage"),
    ("disk", False): ("emptiest", "lowest disk", "emptiest disk", "emptiest disks", "most free space", "least disk",
                      "most free disk"),
    ("network", True): ("most traffic", "most bandwidth", "most network", "highest network", "top network",
                        "most network traffic", "highest bandwidth", "highest traffic", "top talkers",
                        "chattiest", "top bandwidth", "heaviest traffic", "most data", "noisiest"),
    ("network", False): ("least traffic", "least network", "lowest network", "lowest traffic", "least bandwidth"),
    ("iops", True): ("most iops", "highest iops", "most io", "most i/o", "top iops", "most disk io", "highest io",
                     "most disk activity", "top io", "most disk operations", "highest i/o"),
    ("iops", False): ("lowest iops", "least iops", "fewest iops", "least io"),
    ("name", False): ("alphabetically", "by name", "alphabetical"),
}  # fmt: skip
"""(field or metric, largest first) and the words that ask for it."""

MOST = ("most", "highest", "top", "biggest", "largest", "greatest", "max", "worst", "best", "first", "bottom",
        "least", "lowest", "smallest", "fewest", "heaviest", "number one")  # fmt: skip


def measure_phrases() -> list[tuple[tuple[str, ...], str, Any]]:
    """(phrase, kind, value) of all of these."""
    made: list[tuple[tuple[str, ...], str, Any]] = []
    for condition, names in CONDITIONS.items():
        made.extend((tuple(name.split()), "condition", condition) for name in names)
    for order, names in SUPERLATIVES.items():
        made.extend((tuple(name.split()), "superlative", order) for name in names)
    made.extend(((word,), "most", word) for word in MOST if " " not in word)
    return made
