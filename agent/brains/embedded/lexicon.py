"""Ordinary words: what each is to NovaCron. Nothing here belongs to one site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from agent.brains.embedded.measures import measure_phrases
from agent.brains.embedded.numbers import ONES, ORDINALS, TENS, UNITS

Phrase = tuple[str, ...]
Entry = tuple[str, Any]

ACTIONS: dict[str, tuple[str, ...]] = {
    "stop": (
        "stop", "shut down", "shut off", "shutdown", "shut", "power off", "power down", "turn off",
        "switch off", "switch down", "turn down", "poweroff", "halt", "take down", "take offline",
        "bring down", "spin down", "kill", "deactivate", "close down", "put down", 
        "power-off", "shut-down", "cut power", "cut the power", "cut power to",
        "cut the power to", "pull the plug", "pull the plug on", "stopp",         "wind down", "unplug", "knock off", "deallocate", "stop running",
        "take out of service", "pull down", "poff",
    ),
    "start": (
        "start", "boot", "boot up", "power on", "power up", "turn on", "switch on", "bring up",
        "bring back", "bring back up", "fire up", "start up", "startup", "light up", "turn up",
        "poweron", "bring online", "bring back online", "power back on", "turn back on",
        "switch back on", "boot back up", "start back up", "activate", "kick off", "crank up",
        "spin back up", "power-on", "get going", "get running",
        "get back up", "put back on", "start again", "bring to life", "pon", "take online",
    ),
    "restart": (
        "restart", "reboot", "bounce", "power cycle", "powercycle", "power-cycle", "cycle", "reset",
        "recycle", "re-start", "re-boot", "kick over", "turn off and on", "turn off and on again",
        "stop and start", "off and on", "off and on again", "turn off and back on", "kick",
        "switch off and on", "switch off and on again", "rebounce", "restart again", "reload",
        "stop and start again", "off then on",
    ),
    "suspend": (
        "suspend", "pause", "freeze", "hibernate", "put to sleep", "sleep", "put on hold",
        "put on ice", "park", "put on pause",
    ),
    "resume": (
        "resume", "unpause", "unsuspend", "un-pause", "un-suspend", "wake", "wake up", "unfreeze",
        "thaw", "awaken", "bring out of sleep", "get out of suspend", "carry on",
        "bring back from suspend", "rewake", "bring out of suspend", "wake from sleep", "continue", "let continue", "let it continue", "un-freeze",
    ),
    "create": (
        "create", "provision", "deploy", "launch", "spin up", "stand up", "set up", "build",
        "make", "order", "allocate", "instantiate", "roll out", "rent", "commission", "setup",
        "generate", "spawn", "request", "prepare", "open up", "raise up",
    ),
    "clone": ("clone", "copy", "duplicate", "replicate", "make a copy", "make a copy of",
              "take a copy of", "take a copy", "make a duplicate of", "make a clone of",
              "make me a copy of", "mirror", "fork", "dupe"),
    "snapshot": (
        "snapshot", "snap", "take a snapshot", "take snapshot", "take snapshots", "checkpoint",
        "make a snapshot", "create a snapshot", "take a checkpoint", "snap shot", "back up",
        "create snapshot", "create snapshots", "make snapshots", "make snapshot", "backup",
        "take a snap", "save state", "take a fresh snapshot", "take a new snapshot", "do a snapshot",
        "create a new snapshot", "save the state", "get a snapshot", "take an image", "make a backup",
        "take a backup", "create checkpoint", "create a checkpoint", "make a checkpoint",
        "take checkpoint", "grab a snapshot", "shoot a snapshot", "take one snapshot",
        "make one snapshot", "take the snapshot", "do snapshot", "save a snapshot", "save snapshot", "create one snapshot", "snapshot please",
    ),
    "restore": (
        "restore", "roll back", "rollback", "revert", "go back", "return", "rewind", "put back",
        "reset to snapshot", "recover", "roll", "wind back", "set back", "take back", "turn back",
        "bring back to",
    ),
    "delete": (
        "delete", "remove", "destroy", "terminate", "nuke", "get rid of", "decommission", "decom",
        "tear down", "scrap", "wipe", "trash", "dispose of", "kill off", "bin", "drop", "purge",
        "retire", "clean up", "clean out", "erase", "eliminate", "rm", "throw away", "throw out",
        "obliterate", "zap", "axe", "ditch", "del", "blow away", "prune", "cleanup", "clear",
        "clear out", "get shot of", "junk", "eradicate", "sunset", "deprovision", "dispose",
        "be gone", "discard", "toss", "flatten", "demolish", "vaporize", "vaporise", "rid",
        "put out of its misery", "clean", "burn down", "chuck", "chuck out", "evict", "expunge", "yeet",
    ),
    "tag": ("tag", "label", "mark", "annotate", "retag", "re-tag", "relabel", "categorize",
            "flag", "classify", "stamp", "carry"),
    "untag": ("untag", "un-tag", "strip", "unlabel", "untagged"),
    "protect": (
        "protect", "lock", "guard", "safeguard", "lock down", "shield", "make undeletable",
        "secure from deletion", "enable protection", "turn on protection", "switch on protection",
        "enable deletion protection", "turn on deletion protection", "add protection", "preserve",
        "put protection on", "enable termination protection", "turn on termination protection",
        "set protection", "put deletion protection on", "add deletion protection", "padlock",
        "set deletion protection", "switch on deletion protection", "write protect", "reprotect",
        "protection on", "activate protection", "activate deletion protection", "put a lock on",
        "set termination protection", "add a lock", "put a guard on",
    ),
    "unprotect": (
        "unprotect", "unlock", "disable protection", "remove protection", "remove the protection",
        "turn off protection", "switch off protection", "lift protection", "lift the protection",
        "drop protection", "drop the protection", "lose the protection", "lose protection",
        "disable deletion protection", "turn off deletion protection", "un-protect", "unguard",
        "remove deletion protection", "remove the deletion protection", "unshield",
        "take off protection", "take the protection off", "take protection off", "stop protecting",
        "turn off the protection", "turn off the deletion protection", "drop the guard",
        "disable termination protection", "remove termination protection", "release protection",
        "turn off termination protection", "clear protection", "take the guard off",
        "remove the guard", "remove the lock", "take the lock off", "lift the lock",
        "lift the guard", "lift deletion protection", "lift the deletion protection",
        "switch off deletion protection", "switch off the deletion protection", "strip protection",
        "take the deletion protection off", "take deletion protection off", "protection off",
        "drop deletion protection", "drop the deletion protection", "remove lock", "remove guard",
        "disable the protection", "disable the deletion protection", "clear the protection",
        "disable the termination protection", "remove the termination protection", "undo protection",
        "no longer protect", "strip the protection", "deactivate protection", "release the lock",
        "deactivate the protection", "release the protection", "remove the safety",
    ),
    "resize": (
        "resize", "re-size", "upgrade", "downgrade", "downsize", "upsize", "rightsize",
        "right-size", "beef up", "bump", "bump up", "bump down", "scale up", "scale down",
        "make bigger", "make smaller", "make larger", "change size", "size up", "size down",
        "boost", "trim", "enlarge", "reshape", "slim down", "change the size", "change the size of", "change size of", "scale vertically", "make beefier", "flavor change", "retype",
        "reconfigure", "re-spec", "respec",
    ),
    "increase": ("increase", "raise", "expand", "extend", "grow", "enlarge", "lift", "add up",
                 "widen"),
    "reduce": ("reduce", "lower", "shrink", "decrease", "cut", "cut back", "cut down"),
    "double": ("double", "twice", "2x", "x2", "double up", "times two"),
    "triple": ("triple", "3x", "x3", "treble", "three times"),
    "quadruple": ("quadruple", "4x", "x4", "four times"),
    "halve": ("halve", "half", "half of", "0.5x", "cut in half", "cut by half", "in half", "by half",
              "halves"),
    "attach": ("attach", "plug in", "hook up", "mount", "hot add", "hot-add", "connect"),
    "migrate": (
        "migrate", "move", "relocate", "shift", "vmotion", "evacuate", "drain", "transfer",
        "live migrate", "live-migrate", "livemigrate", "lift-and-shift", "lift and shift", "rehome",
        "v-motion", "send over", "shunt", "svmotion", "rebalance", "bring over", "ship over", "vmove",
        "hot migrate", "move over", "migrat", "evac", "empty", "offload", "displace",
    ),
    "scale": ("scale", "scale out", "scale in", "autoscale", "rescale", "re-scale"),
    "undo": ("undo", "reverse", "undo that", "revert that", "take that back", "roll that back",
             "take it back", "unroll", "undo it", "put it back", "put that back", "put things back",
             "put it back as it was", "put it back how it was", "put it back the way it was",
             "backout", "back out", "back that out", "back it out", "put everything back",
             "roll it back", "revert it", "reverse that", "reverse it", "undo the last",
             "un-do", "rollback that", "put them back", "change it back", "change that back"),
    "unschedule": ("unschedule", "deschedule", "un-schedule"),
    "schedule": ("schedule", "plan", "set a schedule", "arrange", "programme", "program"),
    "list": (
        "list", "show", "display", "print", "enumerate", "view", "see", "show me", "give me",
        "tell me", "get", "get me", "find", "find me", "bring me", "look up", "pull up", "ls",
        "let me see", "list out", "pull", "fetch", "dump", "report", "check",
        "give us", "show us", "identify", "locate", "spot", "tell us", "read me", "read out",
        "remind me", "lookup", "bring up a list of", "list me", "know", "give me a list of",
        "give me the list of", "get me a list of", "overview", "sort", "rank",
    ),
    "describe": (
        "describe", "details", "detail", "info", "information", "specs", "spec", "status", "state",
        "full details", "tell me about", "properties", "config", "configuration", "what about",
        "tell me more about", "more about", "condition", "details on", "details of", "inspect",
        "profile", "summary", "describe to me", "explain", "facts", "show details",
    ),
    "count": ("count", "how many", "number of", "the number of", "total number of", "how much vms",
              "headcount", "tally", "how often", "quantity of", "amount of", "wc -l", "count up",
              "wc", "a count of", "count of", "how many of", "total count", "howmany", "nr of",
              "no of"),
    "diagnose": (
        "diagnose", "troubleshoot", "investigate", "debug", "look into", "figure out", "triage",
        "check out", "have a look at", "take a look at", "look at", "analyze", "analyse",
        "find out", "examine", "dig into", "root cause", "check up on", "diagnosis", "health check",
        "healthcheck", "diagnostics", "diagnostic", "check health", "check the health of",
        "work out", "diag", "sanity check", "run diagnostics", "problem analysis",
    ),
}  # fmt: skip

TROUBLE = (
    "wrong", "broken", "broke", "dead", "slow", "sluggish", "crawling", "unresponsive", "hung",
    "hanging", "stuck", "frozen", "unreachable", "crashed", "crashing", "crashes", "crash",
    "failing", "fails", "fail", "failed", "flapping", "misbehaving", "acting up", "acting weird",
    "acting strange", "acting funny", "acting odd", "borked", "throwing", "timing out", "time out",
    "timeouts", "timeout", "times out", "lagging", "laggy", "lags", "not responding", "not working",
    "no response", "offline for no reason", "trouble", "troubles", "problem", "problems", "issue",
    "issues", "sick", "unhealthy", "ill", "faulty", "errors", "erroring", "not answering",
    "does not respond", "will not boot", "will not start", "not reachable", "cannot ssh",
    "can not ssh", "can not connect", "can not reach", "can not log in", "can not log on",
    "can not rdp", "can not login", "does not answer", "does not boot", "does not start",
    "does not work", "did not boot", "did not start", "not boot", "not booting", "not starting",
    "keeps crashing", "keeps rebooting", "keeps restarting", "keeps dying", "dying", "died",
    "what is up with", "what is going on with", "what is happening with", "what is happening to",
    "what happened to", "what happened with", "went wrong", "on fire", "degraded", "struggling",
    "choking", "ailing", "matter with", "the matter", "the matter with", "under the weather",
    "wonky", "flaky", "unstable", "weird with", "cause", "ail", "ails", "bothering", "hiccup",
    "panicking", "panicked", "malfunctioning", "out of order", "kaput", "toast", "knackered",
    "bad shape", "in bad shape", "complain", "complains", "complaining", "grumbling", "going on",
    "unavailable", "does not come up", "did not come up", "not coming up", "will not come up",
    "not come up", "freezing", "freezes", "sputtering", "drops", "dropping", "hurting", "ropey",
    "going on with", "happening with", "500s", "502s", "503s", "behaving", "behaves", "behave",
    "dropped off", "gone quiet", "playing up", "hang", "hangs", "slowness", "latency", "ails",
    "suffering", "suffer", "so slow", "awfully slow", "dreadfully", "limping", "wedged",
    "not pinging", "does not ping", "not respond", "not answer", "fault", "faults", "strange with",
    "ailment", "gone wrong", "not well", "not feeling well", "funny", "black screen", "bluescreen",
    "blue screen", "dead slow", "stopped working", "stopped responding", "stops responding",
    "not accessible", "inaccessible", "not ok", "not okay", "not healthy", "not connect",
)  # fmt: skip

SAVINGS = (
    "save", "saving", "savings", "save money", "waste", "wasting", "wasted", "wasteful",
    "optimize costs", "optimise costs", "cost optimization", "cost optimisation", "cut costs",
    "cut cost", "cut the bill", "cut our bill", "reduce cost", "reduce costs", "reduce the bill",
    "reduce our bill", "reduce spend", "reduce spending", "cheaper", "trim costs", "rightsizing",
    "right-sizing", "overprovisioned", "over-provisioned", "over provisioned", "oversized",
    "over-sized", "too expensive", "overpaying", "overspending", "economise", "economize",
    "savings opportunities", "save us money", "save some money", "throwing money away",
    "throwing away money", "burning money", "cost savings", "cost saving", "money down the drain",
    "bring down the bill", "lower the bill", "lower our bill", "lower the cost", "lower costs",
    "reduce our costs", "cut our costs", "shave off", "optimise", "optimize", "cutting costs",
    "cutting it down", "saved", "tighten the belt", "spend less", "pay less", "cost us less",
    "reclaim", "underused", "under-used", "underutilized", "underutilised", "under-utilized",
    "pay too much", "paying too much", "paying for nothing", "spending too much", "where can we cut",
    "where to cut", "cut down spending", "bring costs down", "bring the cost down", "money back",
    "bring down costs", "bring down the cost", "cost cutting", "overspend", "trim the bill",
    "trim our bill", "reduce the cost", "lower our costs", "saving money", "waste money",
    "wasting money", "cost less", "reduce our spend", "trim the fat", "cost reduction", "squeeze",
    "reduction", "shrink the bill", "bill smaller", "cut the cost", "cut spending", "cut spend",
    "be cheaper", "excess", "overkill", "pay for but do not use", "save on", "leaner",
)  # fmt: skip

COST = (
    "cost", "costs", "costing", "spend", "spending", "bill", "bills", "price", "prices", "pricing",
    "priced", "expense", "expenses", "expenditure", "paying", "pay", "burn", "burn rate", "charges",
    "charge", "spent", "money", "budget", "dollars", "cost report", "run rate", "invoice", "billing",
    "charged", "chargeback", "showback", "cost breakdown", "outlay", "paid", "hand over", "worth",
    "how expensive", "set us back", "damage", "fee", "fees", "run us", "usd", "rack up", "shell out",
    "outgoings", "cost of", "burning", "burns", "set you back", "expenditures", "forking out",
)  # fmt: skip

FORECAST = (
    "forecast", "forecasts", "predict", "prediction", "predicted", "projection", "project",
    "projected", "trend", "trends", "trending", "outlook", "will be", "run out", "fill up", "fills up",
    "going to be", "expect", "expected", "how long until", "how long before", "when will",
    "be full", "estimate", "extrapolate", "headed", "heading", "looking ahead", "will run out",
    "how soon", "growth", "look like next", "next week", "next month", "in the coming", "develop",
    "days left", "time left", "anticipate", "extrapolation", "going to run out", "going to fill",
    "where is it going", "in a month", "runs out", "running full", "over the next", "the next",
    "expecting",
)  # fmt: skip

ANOMALY = (
    "anomaly", "anomalies", "anomalous", "unusual", "weird", "strange", "odd", "abnormal",
    "outlier", "outliers", "spike", "spikes", "spiking", "spiked", "out of the ordinary", "abnormality",
    "suspicious", "fishy", "unexpected", "oddities", "deviations", "irregular", "irregularities",
    "abnormalities", "peculiar", "jumps", "strangely", "weirdly", "oddly", "unusually", "uncommon",
    "oddity", "out of line", "funky", "off-pattern", "strangeness", "weirdness", "irregularity",
    "deviation", "unnormal", "not normal", "out of character", "curious",
)  # fmt: skip

PLACEMENT = (
    "best place", "where should i put", "where should we put", "where to put", "where can i put",
    "place to put", "best fit", "room for", "where would", "where could", "where should",
    "placement", "where to place", "where do i put", "where can we put", "where does",
    "where can i place", "best location", "suggest a place", "suggest where", "recommend where",
    "best spot", "where best", "where to run", "where to host", "which host should", "best home",
    "which host has room", "space for", "enough room", "fit in", "fits best", "have capacity",
    "which provider should", "which of our providers should", "where shall", "best region",
    "best host", "where will", "right place", "good place", "good home", "cheapest place",
    "which cloud should", "which region should", "cheapest spot", "recommend a place",
    "recommend a host", "suggest a host", "where do we have room", "where is there room",
    "capacity for", "where can i run", "where can we run", "where can i fit", "where can we fit",
    "where do we put", "where is the best", "where to deploy", "where can i host",
    "suggest placement", "recommend placement", "find a home", "a home for", "home for", "a place for", "somewhere to put", "a spot for", "spot for", "advise where", "where might", "which site should",
    "where best to", "ideal place", "ideal host", "ideal location", "ideal spot", "cheapest to run",
    "where is cheapest", "where is the cheapest", "where is a good", "best cloud",
    "best provider", "which provider for", "which host for", "where can a", "would fit",
)  # fmt: skip

HOW_TO = (
    "how do i", "how do we", "how to", "how can i", "how can we", "how should i", "how should we",
    "how does one", "how would i", "how would we", "how would one", "what should i do",
    "what do i do", "what to do", "steps to", "steps for", "runbook", "runbooks", "playbook",
    "procedure", "procedures", "how might i", "guide", "guidance", "documentation", "docs",
    "what is the fix", "what is the way to", "what is the procedure", "best way to", "instructions",
    "walk me through", "what do we do", "what are the steps", "right way to", "how did we fix",
    "how does a", "how do you", "how did you", "how one", "how i can", "how do people", "howto", "how-to",
    "advice on", "any advice", "tips", "help article", "knowledge base", "kb", "troubleshooting guide",
    "manual", "what can i do", "what could i do", "how shall i", "how is it possible to", "recipe",
    "how fix", "how we fix", "how i fix", "how repair", "what would one do", "how are we supposed to",
    "how am i supposed to", "how it is done", "how is one supposed to", "how i should", "how we should",
    "teach me", "explain how", "tell me how", "show me how", "what is the best way", "wiki",
    "how i do", "how must i", "checklist", "remedy", "remedies", "how would you", "sop", "how best to",
    "any idea how", "any ideas how", "what does one do", "what can one do", "what can we do",
    "troubleshoot guide", "write up", "writeup", "how come a", "how we", "steps",
)  # fmt: skip
"""Openings of a question about how something is done, and words for where that is written."""

ASKING_ABOUT = (
    "what happens if", "what would happen if", "what happens when", "what will happen if",
    "what will happen when", "is it safe to", "safe to", "would it be safe to", "is it ok to",
    "is it okay to", "is it alright to", "am i allowed to", "are we allowed to", "should i",
    "should we", "what if", "what would", "would it hurt", "does it hurt", "what does it take to",
    "is it possible to", "can i safely", "what breaks if", "what would break if", "ok to",
    "could we afford to", "can we afford to", "what are the consequences", "is it wise to",
    "do i dare", "what is the risk", "what is the impact", "impact of", "risk of", "what would it",
    "who would notice", "would anyone notice", "would anybody notice", "is it a good idea to",
    "good idea to", "how much would", "how much will", "what will", "how risky", "if i were to",
    "if we were to", "are you able to", "do you know how to", "would you be able to tell",
    "hypothetically", "theoretically", "in theory", "just wondering", "i am only wondering",
    "just curious", "i am just curious", "suppose i", "suppose we", "supposing", "imagine i",
    "imagine we", "what is the difference", "is it dangerous to", "dangerous to", "would it be all right to", "would it be alright to", "would it be ok to", "would it be okay to", "would it be fine to", "is it all right to", "is it fine to", "all right to", "alright to", "okay to", "blast radius", "what depends on", "who depends on", "allowed to",
    "would anything break", "will anything break", "am i able to", "do we lose", "will we lose",
    "would we lose", "will i lose", "would i lose", "do i lose", "does it need", "is it necessary to",
    "do i need to", "do we need to", "do i have to", "do we have to", "would it matter if",
    "does it matter if", "say i", "say we", "lets say", "how long does it take to", "if i",
    "if we", "what do you think about", "what would be the effect", "what is the effect",
    "how long would", "how long will", "what else would", "is there a risk", "permitted to",
    "may i", "may we", "curious what", "curious whether", "wondering what", "wonder what",
    "is it harmful to", "any harm in", "any risk in", "is there any risk", "is there any danger",
    "how bad would it be", "would it be bad", "would it break", "will it break", "ok if i",
    "okay if i", "ok if we", "fine to", "does stopping", "does deleting", "does restarting",
    "does rebooting", "does resizing", "does suspending", "would stopping", "would deleting",
    "would restarting", "would rebooting", "would resizing", "would suspending", "will stopping",
    "will deleting", "will restarting", "will rebooting", "will resizing", "if someone",
    "if somebody", "if anyone", "if you", "what could happen", "is it possible that",
)  # fmt: skip
"""Openings of a question about a change: nothing is planned for it."""

NOUNS = (
    "server", "box", "instance", "node", "guest", "machine", "vm", "virtual machine", "host machine",
    "computer", "virtual", "system", "virtual server", "servr", "boxen", "appliance", "unit", "droplet",
    "compute instance", "ec2 instance", "virtual box", "boxe", "srv", "device", "asset", "cattle",
    "workload", "vms", "virtual machines",
)  # fmt: skip

OBJECTS: dict[str, tuple[str, ...]] = {
    "snapshot": ("snapshot", "snap", "checkpoint", "restore point", "snap shot", "snaps",
                 "recovery point", "backup"),
    "disk": ("disk", "volume", "drive", "hdd", "ssd", "storage", "disc", "hard disk", "hard drive",
             "root disk", "root volume", "disk space", "data disk", "disk size", "filesystem",
             "block device", "block storage", "root drive", "data volume", "boot disk",
             "storage space", "vmdk", "disk storage", "harddisk", "data drive", "disk capacity",
             "disk drive", "root partition", "virtual disk", "space"),
    "schedule": ("schedule", "scheduled", "cron", "crontab", "cron job", "scheduled task", "timer",
                 "scheduled action", "job", "scheduled job", "scheduled operation", "planned",
                 "crontab -l", "upcoming", "recurring", "cronjob", "timetable",
                 "scheduled change", "cron entry", "automation"),
    "tag": ("tag", "label", "metadata"),
    "group": ("group", "pool", "autoscaling group", "scaling group", "asg", "scale set", "fleet group",
              "vmss", "cluster", "auto scaling group", "instance group", "mig", "node pool",
              "scaleset", "farm"),
    "size": ("size", "flavor", "flavour", "instance type", "vm size", "machine type", "sku", "type",
             "machine size", "instance size", "t-shirt size", "class"),
    "image": ("image", "template", "ami", "os image", "base image", "golden image", "os version",
              "operating system image", "iso"),
    "region": ("region", "location", "datacenter", "data center", "data centre", "site", "datacentre",
               "geography", "dc"),
    "zone": ("zone", "availability zone", "az"),
    "host": ("host", "hypervisor", "esx host", "kvm host", "physical host", "esxi host", "esx",
             "esxi", "hypervisor host", "physical machine", "physical server", "metal", "blade"),
    "network": ("network", "vpc", "vlan", "subnet", "vnet", "lan"),
    "provider": ("provider", "cloud", "vendor", "platform provider", "cloud provider", "connection",
                 "backend", "hyperscaler", "public cloud"),
    "operation": ("operation", "ops", "activity", "audit log", "audit trail", "change log",
                  "changelog", "event", "action", "audit", "history", "changes", "log of changes",
                  "recent changes", "work", "in progress", "tasks", "task", "audit record"),
    "state": ("state", "status", "power state", "powerstate"),
    "protection": ("protection", "deletion protection", "termination protection", "guard", "delete lock",
                   "delete protection", "deletion lock", "deletion guard"),
    "public_ip": ("public ip", "public address", "external ip", "public ips", "external address",
                  "internet address", "public ip address", "internet-facing", "internet facing",
                  "exposed to the internet", "reachable from the internet", "facing the internet",
                  "on the internet", "public facing", "public-facing", "publicly reachable",
                  "internet exposed", "exposed", "external ips", "public interface", "publicly",
                  "publicly exposed", "public addresses", "internet-exposed", "visible from the internet",
                  "open to the internet", "exposed publicly", "routable", "external addresses",
                  "publicly accessible", "accessible from the internet", "public ipv4",
                  "from outside", "from the outside", "to the internet", "ip on the internet"),
    "ip": ("ip", "ip address", "address", "private ip", "ips", "internal ip", "private address",
           "addresses", "ipv4", "internal address"),
    "owner": ("owner", "owns", "own", "owned", "belongs", "belong", "responsible"),
    "age": ("age", "old", "created", "uptime"),
}  # fmt: skip

METRICS: dict[str, tuple[str, ...]] = {
    "cpu": ("cpu", "cpus", "processor", "cpu usage", "cpu load", "cpu utilization", "compute",
            "cpu utilisation", "load", "processor usage", "processing power", "cpu use",
            "processor load", "cpu hogs", "cpu-wise", "cpu time", "cpu consumption", "cpu percent",
            "processor-wise", "processor use", "processor utilization", "cpu percentage", "procs",
            "utilization", "utilisation", "hogs"),
    "memory": ("memory", "ram", "mem", "memory usage", "ram usage", "memory use", "mem usage",
               "memory consumption", "memory-wise", "memory utilization", "ram use",
               "memory utilisation", "memory load", "memory pressure", "ram consumption",
               "memory hogs", "ram utilization", "mem use"),
    "disk": ("disk", "disk usage", "disk use", "disk space", "storage", "disk fill", "storage use",
             "disks", "disk utilization", "volume", "storage usage", "disk utilisation", "space",
             "disk consumption", "disk fullness", "df", "disk capacity", "drive", "drives",
             "disk pressure", "storage utilization", "disk space usage", "disk percent"),
    "network": ("network", "bandwidth", "network traffic", "traffic", "throughput", "net",
                "network throughput", "network usage", "data transfer", "network use", "mbit",
                "network load", "network bandwidth", "bandwidth usage", "network-wise",
                "network io", "network utilization", "network activity"),
    "iops": ("iops", "disk io", "io", "i/o", "disk i/o", "disk operations", "disk activity",
             "disk reads and writes", "io operations", "operations per second", "disk iops",
             "operations a second", "reads and writes", "disk load", "io load", "disk throughput"),
}  # fmt: skip

AGGREGATES: dict[str, tuple[str, ...]] = {
    "avg": ("average", "avg", "mean", "on average", "typical", "typically", "averaged", "averaging",
            "in average", "in the mean", "usual", "usually"),
    "max": ("max", "maximum", "peak", "peaks", "peaked", "highest value", "highest", "at its highest",
            "at most it", "worst", "biggest value", "spiked to", "top out", "highest point", "peaking",
            "at peak", "high point", "high-water mark", "high water mark", "upper"),
    "min": ("min", "minimum", "lowest", "lowest value", "at its lowest", "trough", "low point",
            "lowest point"),
    "p95": ("p95", "95th percentile", "95 percentile", "percentile 95", "95th pct", "ninety-fifth percentile",
            "ninety fifth percentile", "p-95", "95th", "95 th percentile", "percentile"),
    "last": ("last value", "latest value", "current value", "most recent value", "last reading",
             "latest reading", "last sample", "latest sample", "current reading", "most recent reading",
             "last measured", "latest figure"),
}  # fmt: skip

COMPARE: dict[str, tuple[str, ...]] = {
    "gt": ("more than", "over", "above", "greater than", "bigger than", "larger than", "higher than",
           "exceeding", "exceeds", "exceed", "older than", "beyond", ">", "past", "longer than",
           "upwards of", "north of", "in excess of", "hotter than", "upward of", "costlier than",
           "busier than", "fuller than", "more expensive than", "pricier than", "faster than",
           "more then", "older then", "bigger then", "larger then", "greater then", "dearer than",
           "higher then", "topping", "surpassing", "not less than or equal to", "heavier than",
           "dearer than"),
    "ge": ("at least", "no less than", ">=", "minimum of", "a minimum of", "not less than", "min",
           "from", "no fewer than", "at the least", "not under", "not below", "not fewer than",
           "minimum", "no smaller than"),
    "lt": ("less than", "under", "below", "fewer than", "smaller than", "lower than", "younger than",
           "newer than", "<", "short of", "cheaper than", "less then", "fewer then", "smaller then",
           "younger then", "beneath", "lower then", "south of", "not more than or equal to",
           "more recent than", "not even", "shy of"),
    "le": ("at most", "no more than", "<=", "maximum of", "up to", "not more than", "max", "a maximum of",
           "at the most", "not over", "not above", "no greater than", "no larger than", "no bigger than",
           "not exceeding", "maximum"),
    "eq": ("exactly", "==", "precisely", "equal to", "equals", "of exactly"),
}  # fmt: skip

EXCEPT = (
    "except", "except for", "but not", "other than", "apart from", "excluding", "exclude", "minus",
    "bar", "save for", "aside from", "leave out", "not counting", "not including", "but leave",
    "but keep", "leave", "keep", "spare", "skip", "without touching", "besides", "barring", "excepted",
    "with the exception of", "not", "but for", "excl", "ignoring", "ignore", "all but", "but spare",
    "but skip", "apart", "aside", "sparing", "leaving out", "leaving", "outside of", "outside",
    "do not touch", "not touching", "but do not touch", "but not touch", "less", "bar the", "omit",
    "omitting", "sans", "keeping", "but without", "not the", "save", "except of", "hands off",
    "leave alone", "anything but", "everything but", "exept", "excepting", "without",
    "rather than", "instead of", "but", "all but", "non", "but exclude", "but ignore", "never mind the", "forget the",
    "to the exclusion of", "stay away from", "nor", "but except", "exclusive of", "discounting",
    "do not include", "drop the", "take out", "other then",
)  # fmt: skip

FUNCTION: dict[str, tuple[str, ...]] = {
    "det": ("the", "a", "an", "this", "my", "our", "your", "their", "his", "her", "its", "some",
            "another", "teh", "da", "ze"),
    "all": ("all", "every", "everything", "each", "any", "anything", "whole", "entire", "both", "lot",
            "the lot", "all of", "all the", "every one of", "every single", "each and every",
            "every one", "whatever", "whichever", "complete", "all our", "across the board",
            "anyone", "either", "the complete", "full", "everyone", "evrything", "totality",
            "every last", "each one", "anything that", "all together", "altogether", "in total",
            "total", "overall", "everywhere", "fleet", "estate", "across all", "across everything",
            "the board", "infrastructure", "whole fleet", "entire fleet", "inventory", "across the fleet",
            "in all", "whole lot", "the whole thing", "whole thing", "fleetwide", "fleet-wide", "globally"),
    "pron": ("it", "them", "those", "these", "that", "they", "that one", "this one", "those ones",
             "these ones", "same one", "same ones", "same machine", "same machines", "the same machine",
             "these machines", "those machines", "that machine", "this machine", "that box", "this box",
             "that vm", "this vm", "that server", "this server", "those boxes", "those servers",
             "those vms", "the aforementioned", "the said", "itself", "themselves", "that thing", "the thing",
             "these boxes", "these vms", "these servers", "that instance", "those instances", "him",
             "all of them", "all of those", "all those", "all these", "both of them", "the pair",
             "the lot of them", "each of them", "those two", "these two", "those three",
             "those four", "these three", "every one of them", "each of those", "that guy",
             "the lot", "same boxes", "same box", "same set", "thing", "things", "that host", "they all",
             "that node", "this node", "those nodes", "these nodes", "this instance", "these instances",
             "that server there", "its", "their", "all of it", "both of those", "both of these",
             "the same two", "the same ones", "the same one"),
    "generic": ("the machine", "the machines", "the vm", "the vms", "the box", "the boxes", "the server",
                "the servers", "the instance", "the instances", "the guest", "the guests", "the node", "the nodes"),
    "rel": ("that", "which", "who", "whose", "where"),
    "be": ("is", "are", "was", "were", "be", "been", "being", "am", "'s"),
    "in": ("in", "on", "at", "inside", "within", "under", "across", "over in", "running on", "living on",
           "located in", "hosted on", "based in", "sitting on", "sitting in", "out of", "off of", "upon",
           "hosted in", "hosted at", "residing on", "lives on", "live on", "living in", "based on",
           "located at", "located on", "that live on", "runs on", "aboard", "housed in"),
    "from": ("from", "off", "away from"),
    "to": ("to", "into", "onto", "on to", "over to", "in to", "towards", "until", "till", "=", "->",
           "becoming", "become", "unto", "up to", "down to", "back to", "up onto", "as"),
    "by": ("by", "per", "grouped by", "group by", "broken down by", "split by", "for each", "by each",
           "a breakdown by", "sorted by", "ordered by", "order by", "sort by", "in each",
           "breakdown by", "divided by", "split up by", "ranked by", "rank by", "broken out by",
           "split across", "separately by", "itemised by", "itemized by", "split per", "breakdown per",
           "grouped per", "for every", "in every", "according to"),
    "with": ("with", "having", "has", "have", "had", "that have", "that has", "which have", "got",
             "carrying", "bearing", "having got", "owning", "holding", "containing", "featuring",
             "possessing", "of"),
    "without": ("without", "with no", "lacking", "missing", "that have no", "have no", "has no", "no",
                "lack", "lacks", "does not have", "do not have", "did not have", "has not", "have not",
                "not having", "that lack", "without any", "with out", "misses", "that do not have",
                "do not carry", "does not carry", "have not got", "has not got", "with zero",
                "devoid of", "not got", "do not have any", "does not have any", "have not any",
                "not have", "free of", "never got", "nobody", "no one"),
    "for": ("for", "of", "about", "regarding", "concerning", "as for"),
    "and": ("and", "&", "plus", "as well as", "&&", "together with", "along with", "+"),
    "or": ("or", "and/or"),
    "then": ("then", "and then", "after that", "afterwards", "next", "subsequently", "followed by",
             "after which", "finally", "before that", "thereafter", "once done", "when done", "first",
             "when that is done", "once that is done", "lastly", "right after", "secondly",
             "once it is done", "when it is done", "after this", "later on"),
    "not": ("not", "never", "no", "non", "nope"),
    "only": ("only", "just", "solely", "merely", "purely", "limit to", "limit it to", "restrict to",
             "restrict it to", "limited to", "narrow to", "narrow it to", "narrow it down to",
             "narrow down to", "restricted to", "nothing but", "exclusively", "simply"),
    "also": ("also", "too", "as well", "additionally", "in addition", "aswell", "likewise", "besides that",
             "on top", "on top of that", "to boot", "add", "include", "including", "add in", "throw in",
             "along", "incl", "plus also", "and also", "while you are at it", "while we are at it",
             "while you're at it"),
    "instead": ("instead", "rather", "actually", "i meant", "i mean", "meant", "mean", "correction",
                "make it", "make that", "sorry", "oops", "scratch that", "change it to", "change that to",
                "wait", "hang on", "hold on", "whoops", "my bad", "my mistake", "hmm", "hm", "wrong",
                "on second thought", "on second thoughts", "on reflection", "better", "strike that",
                "no wait", "let us make it", "let us make that", "was supposed to be",
                "should be", "should have been", "should have said", "wanted", "switch to", "not that",
                "apologies", "let it be", "mistake", "typo", "misspoke", "mistyped", "misspelled",
                "misspelt", "i said", "err", "erm", "go with", "change to", "shall be", "must be",
                "rather make it", "do it at", "amend", "amend that", "ah", "oh", "no no", "make them",
                "have it", "pardon"),
    "same": ("the same", "same", "do the same", "same thing", "the same thing", "same again", "likewise",
             "ditto", "do that", "same with", "same for", "same to", "similarly", "repeat", "do likewise",
             "do it", "do so", "the same again", "the same goes for", "same goes for", "repeat that",
             "repeat it", "again", "and the same for", "the same treatment", "same treatment",
             "do this", "same deal", "same drill", "the same procedure", "the identical thing",
             "as before", "same as before", "same action", "same operation", "same procedure"),
    "other": ("other", "others", "other one", "other ones", "the other one", "the others", "the rest",
              "rest", "the other", "remaining", "the remaining", "remaining ones", "the other two",
              "other two", "remainder", "remaining one", "the other ones"),
    "ask": ("please", "can you", "could you", "would you", "will you", "can we", "could we", "i want",
            "i want to", "i would like to", "i would like", "i need to", "i need", "we need to",
            "we need", "you can", "kindly", "i want you to", "would you mind", "we want", "you to",
            "can u", "could u", "may you", "i wish", "we would like", "we would like to", "want you to",
            "need you to", "i must", "we must", "i have to", "we have to", "let us", "time to",
            "make sure", "ensure", "see to it", "go ahead and", "please go ahead and", "be so kind",
            "i am going to", "we are going to", "help me", "want", "wants", "would like", "like",
            "need", "needs", "should", "shall", "must", "gets", "may", "supposed to", "meant to",
            "ought to", "you should", "i ask you", "i request", "able to", "you might", "might you",
            "i should like", "i should like to", "would love", "would be great", "has to", "have to",
            "is to be", "are to be", "to be", "let", "going to", "ready to", "mind", "possible",
            "got to", "needs to", "could use", "can use", "would need", "would like to have", "would need to have", "deserves", "deserve", "could do with", "is due", "requires",
            "require", "i require", "we require", "asks for"),
}  # fmt: skip

WH = ("what", "which", "who", "whom", "where", "when", "why", "how", "whose", "how come")

FILLER = """
hey hi hello yo nova novacron bot assistant thanks thank cheers ta kindly ok okay alright right well so
um uh uhm er eh like just really very quite maybe perhaps probably possibly though anyway anyways
now currently presently moment quick quickly quickie real fast immediately straight away soon asap
today actually basically literally simply sort kind bit little lil tiny whole good great nice perfect cool
lovely awesome excellent super sure certainly definitely absolutely of course indeed yes yeah yep yup
me us i we you he she they one ones ours mine yours there here up again back down still already yet
do does did done doing can could would will shall should may might must have has had having be get got
getting go going gone come comes coming let lets make makes making made give gives giving take takes
want wants need needs needed wanted like likes liked love hope think thinks thought believe guess suppose
know see seems seem look looks looking feel check tell told say says said ask asked asking wonder wondering
supposed meant able possible trying try tried help helps idea ideas way ways thing things stuff stuffs lot
lots bunch couple few several many much more most some any no not none nothing else ever even too also
as at by for from in into of off on onto onto out over per than that the their them then these this those
to until unto upon via with within without while when where which who whom whose why how what because
since after before during if unless else otherwise however but or nor and both either neither each every
please friend friends mate dude man guys guy folks team sir madam buddy pal dear everyone everybody team
time times day days hour hours week weeks month months year years minute minutes second seconds
running run runs own owned owns owner called named name names titled bloody damn damned freaking ffs poor
silly stupid old good-old dear actual own particular certain specific given following respective relevant
sort kinds type trouble much obliged favour favor mind bother sorry excuse pardon apologies urgently urgent
srsly k any1 some1 every1 no1 someones itself themselves himself herself myself ourselves yourself yourselves bye later obviously obv clearly
worth right-o righto bring brought put puts set sets left leave keep keeps kept add adds added remove removes
instead rather safely gently gracefully cleanly nicely properly politely carefully quietly completely
entirely fully exactly roughly about around approximately almost nearly virtually practically fresh afresh
once twice thrice boss chief manager client customer customers colleague colleagues users user people person
lead mentor somebody someone anybody anyone nobody total totals figure figures number numbers value values
plain words english question questions answer answers thing's matter point reason reasons sake case cases
due owing thanks-to according goes went gonna wanna overall altogether summary breakdown report reports list
lists table tables graph graphs chart charts plot plots picture view views overview line lines row rows
inventory fleet estate environment environments infrastructure place places part parts side end ends lot
am are is was were been being lol lmao rofl haha hahaha hehe lmfao omg wtf ffs smh tbh imo imho fyi idk iirc afaik pto ooo eod btw jk welp oof ugh argh meh yikes dang darn heck geez gosh crap damnit dammit yo yay woo oops whoops pardon aha huh hmm mmm hmmm pretty guys folks peeps fam bruh bro sis rip gg nvmd thingy thingies whatsit cos bcs cause ish isn aren wasn don doesn didn won wouldn shouldn couldn hasn haven
""".split()  # noqa: SIM905

STATES: dict[str, tuple[str, ...]] = {
    "running": ("running", "up", "on", "alive", "online", "live", "powered on", "switched on",
                "turned on", "up and running", "active", "started", "powered up", "booted", "poweredon"),
    "stopped": ("stopped", "off", "down", "shut down", "powered off", "switched off", "turned off",
                "halted", "offline", "powered down", "shutdown", "not running", "deallocated",
                "powered-off", "not on", "shut off", "shutoff", "switched-off", "turned-off", "shut",
                "inactive", "poweredoff", "not up", "terminated"),
    "suspended": ("suspended", "asleep", "sleeping", "hibernated", "hibernating", "in suspend"),
    "paused": ("paused", "frozen", "on hold", "on pause"),
    "error": ("error", "errored", "in error", "failed", "error state", "in error state", "broken",
              "in an error state", "crashed", "faulted", "failed state", "in trouble", "erroneous"),
    "starting": ("starting", "booting", "starting up", "coming up"),
    "stopping": ("stopping", "shutting down", "going down"),
}  # fmt: skip

FAMILIES = {"windows": "windows", "win": "windows", "linux": "linux", "unix": "linux",
            "microsoft windows": "windows", "gnu/linux": "linux", "winows": "windows"}  # fmt: skip

DISTRIBUTIONS = ("ubuntu", "debian", "rhel", "centos", "rocky", "alma", "fedora", "suse", "sles",
                 "windows", "win", "alpine", "arch", "freebsd", "oracle", "amazon", "flatcar",
                 "red hat", "redhat", "opensuse", "almalinux")  # fmt: skip

TECH = """
grub initramfs kernel panic fsck cloud-init cloudinit dhcp dns mtu ssh sshd rdp tls ssl certificate certificates
cert certs expired nginx apache postgres postgresql mysql mariadb mongodb redis kafka rabbitmq elasticsearch
kubernetes k8s kubelet docker container containers systemd journald iptables nftables firewall selinux apparmor
lvm raid zfs btrfs ext4 xfs ntfs partition partitions inode inodes oom oom-killer swap swapping thrashing
memory leak deadlock replication lag lagging backup backups restore corrupted corruption filesystem read-only
readonly mounted mount nfs smb cifs iscsi ntp chrony clock drift skew timezone time zone kerberos ldap active
directory domain controller password passwords locked lockout account accounts login logins log logs logging
disk full var tmp home root permission denied sudo cron yum apt dnf dpkg package packages repository update
updates patch patches patching upgrade reboot rebooting loop boot boots booting bios uefi secure rescue prompt
recovery mode bootloader ping packet packets loss latency throughput jitter bandwidth proxy load balancer vpn
ipsec wireguard tunnel route routing gateway subnet vlan bond bonding nic interface driver drivers virtio qemu
libvirt kvm vmware vsphere vcenter esxi vmotion hypervisor migration migrations migrate consolidation tools vmtools drs ha
snapshot snapshots chain chains datastore thin provisioning steal ballooning numa pinning guest agent qemu-ga
console serial vnc spice ec2 ebs iam azure gcp aws quota quotas capacity status checks instance instances ami
image images template templates runner runners pipeline pipelines jenkins gitlab git ci build builds agents
database databases db replica replicas failover standby primary vacuum connections connection pool timeout
timeouts 500 502 503 504 error errors exception stack trace crash crashes crashed core dump dumps segfault
windows bluescreen bsod blue screen wsus registry print printer spooler iis exchange sql sqlserver mssql
powershell winrm autoscaling scaling group groups lifecycle hook metadata userdata user-data key keys keypair
hostname resolv.conf resolver lookup nxdomain servfail duplicate address addresses ip ips arp stale cache
caches dead unresponsive hung hang hangs stuck slow slowness zombie process processes service services unit
units daemon daemons port ports listening bind refused connection reset handshake cipher protocol
http https api endpoint webhook token tokens secret secrets vault credential credentials rotate rotation renew
renewal incident incidents outage postmortem escalate escalation oncall on-call pager alert alerts alerting
monitoring prometheus grafana exporter metrics smtp mail queue queues consumer producer broker brokers
zookeeper etcd consul terraform ansible puppet chef vm vms server servers machine machines node nodes host
hosts network networking security group volume volumes disk disks ssd nvme smart bad sectors degraded array
hot-plug hotplug detach detached attach rescan multipath fibre channel hba pci passthrough gpu nvidia cuda
license licence activation kms dhcpd lease leases tftp pxe netboot initrd vmlinuz dracut systemctl journalctl
cpu ram mem io iops load average saturation spike spikes fencing split-brain splitbrain quorum
failover cluster clusters heartbeat ntpdate sysctl ulimit descriptors handles sockets fd file files
var-log logrotate /var /tmp /home /boot /etc fstab uuid label lilo efi shim mok loader sysprep
domain join trust relationship gpo group-policy roaming profile profiles desktop remote session sessions
""".split()  # noqa: SIM905
"""Words of the trade: a how-to question with one of them is for the runbooks."""


TIME_WORDS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december tonight today tomorrow
    yesterday morning afternoon evening night noon midnight midday weekday weekdays weekend weekends daily nightly
    weekly hourly monthly every each until till next last past quarter half o'clock lunchtime mondays tuesdays
    wednesdays thursdays fridays saturdays sundays fortnight overnight lately recently workdays hundred
    thousand dozen""".split()  # noqa: SIM905
)


def _forms(phrase: str) -> Iterator[tuple[Phrase, str]]:
    """A verb phrase in its forms: as it is, with -s, past, and -ing."""
    first, *rest = phrase.split()
    tail = tuple(rest)
    yield (first, *tail), "base"
    if len(first) < 3 or not first.isalpha():
        return
    stem = first[:-1] if first.endswith("e") else first
    twice = first + first[-1] if _doubles(first) else first
    plural = first[:-1] + "ies" if first.endswith("y") and first[-2] not in "aeiou" else first + "s"
    if first.endswith(("sh", "ch", "x", "ss")):
        plural = first + "es"
    yield (plural, *tail), "s"
    past = _PAST.get(first)
    if past is None:
        if first.endswith("y") and first[-2] not in "aeiou":
            past = (first[:-1] + "ied",)
        else:
            past = ((stem if first.endswith("e") else twice) + "ed",)
    for form in past:
        yield (form, *tail), "past"
    gerund = stem if first.endswith("e") else twice
    yield (gerund + "ing", *tail), "ing"


_PAST = {
    "shut": ("shut",), "cut": ("cut",), "put": ("put",), "take": ("taken", "took"),
    "bring": ("brought",), "give": ("given", "gave"), "make": ("made",), "get": ("got", "gotten"),
    "set": ("set",), "wake": ("woken", "woke"), "build": ("built",), "stand": ("stood",),
    "spin": ("spun",), "throw": ("thrown",), "blow": ("blown",), "tear": ("torn",), "go": ("gone",),
    "send": ("sent",), "grow": ("grown",), "freeze": ("frozen",), "sleep": ("slept",),
    "undo": ("undone",), "find": ("found",), "show": ("shown",), "tell": ("told",), "see": ("seen",),
    "run": ("run",), "rid": ("rid",), "light": ("lit",), "come": ("come",), "quit": ("quit",),
    "wind": ("wound",), "knock": ("knocked",), "lift": ("lifted",), "reset": ("reset",),
    "rm": ("rm'd",),
}  # fmt: skip

_ALONE = {"up", "down", "off and on", "off and on again", "2x", "x2", "3x", "x3", "twice", "half"}


def _doubles(word: str) -> bool:
    short = len(word) >= 3 and word[-1] not in "aeiouwxy" and word[-2] in "aeiou"
    return short and word[-3] not in "aeiou" and word not in _NOT_DOUBLED


_NOT_DOUBLED = {"power", "recover", "order", "offer", "trigger", "label", "open", "visit", "enter",
                "deploy", "alter", "transfer", "reboot", "boot", "terminat", "detail", "clean",
                "list", "cover", "awaken"}  # fmt: skip


def _words(phrases: Iterable[str]) -> Iterator[Phrase]:
    for phrase in phrases:
        yield tuple(phrase.split())


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


@cache
def phrases() -> dict[Phrase, tuple[Entry, ...]]:
    """Every phrase with what it may be, the likelier first."""
    table: dict[Phrase, list[Entry]] = {}

    def put(phrase: Phrase, kind: str, value: Any) -> None:
        entries = table.setdefault(phrase, [])
        if (kind, value) not in entries:
            entries.append((kind, value))

    for action, names in ACTIONS.items():
        for name in names:
            if name in _ALONE:
                put(tuple(name.split()), "verb", (action, "base"))
                continue
            for phrase, form in _forms(name):
                put(phrase, "verb", (action, form))
    for noun in NOUNS:
        put(tuple(noun.split()), "noun", 1)
        put((*noun.split()[:-1], _plural(noun.split()[-1])), "noun", 2)
    for kind, groups in (("object", OBJECTS), ("metric", METRICS)):
        for value, names in groups.items():
            for phrase in _words(names):
                put(phrase, kind, value)
                put((*phrase[:-1], _plural(phrase[-1])), kind, value)
    for kind, groups in (("agg", AGGREGATES), ("cmp", COMPARE), ("state", STATES)):
        for value, names in groups.items():
            for phrase in _words(names):
                put(phrase, kind, value)
    for kind, names in (
        ("trouble", TROUBLE), ("savings", SAVINGS), ("cost", COST), ("forecast", FORECAST),
        ("anomaly", ANOMALY), ("placement", PLACEMENT), ("howto", HOW_TO),
        ("asking", ASKING_ABOUT), ("except", EXCEPT), ("wh", WH),
    ):  # fmt: skip
        for phrase in _words(names):
            put(phrase, kind, phrase[0])
    for kind, names in FUNCTION.items():
        for phrase in _words(names):
            put(phrase, kind, " ".join(phrase))
    for word in (
        "cancel",
        "abort",
        "nevermind",
        "nvm",
        "cancelled",
        "canceled",
        "scratch",
        "revoke",
    ):
        put((word,), "cancel", word)
    for phrase, kind, value in measure_phrases():
        put(phrase, kind, value)
    for word in ("protected", "locked", "guarded", "undeletable"):
        put((word,), "protected", True)
    for word in (
        "unprotected",
        "unguarded",
        "unlocked",
        "not protected",
        "non-protected",
        "non protected",
    ):
        put(tuple(word.split()), "protected", False)
    for word in (
        "untagged",
        "unlabelled",
        "unlabeled",
        "no tags",
        "without tags",
        "without any tags",
    ):
        put(tuple(word.split()), "untagged", True)
    for word, key in (
        ("unowned", "owner"),
        ("ownerless", "owner"),
        ("orphaned", "owner"),
        ("nobody owns", "owner"),
        ("no one owns", "owner"),
        ("owned by nobody", "owner"),
        ("owned by no one", "owner"),
        ("belong to nobody", "owner"),
        ("belongs to nobody", "owner"),
        ("teamless", "team"),
        ("belong to no one", "owner"),
        ("belong to no team", "team"),
        ("belongs to no one", "owner"),
        ("belongs to no team", "team"),
        ("without owner", "owner"),
        ("orphan", "owner"),
        ("not owned by anyone", "owner"),
        ("not owned by anybody", "owner"),
        ("orphans", "owner"),
    ):
        put(tuple(word.split()), "lacks", key)
    for word, family in FAMILIES.items():
        put(tuple(word.split()), "os", family)
    for word in (
        "force",
        "forcibly",
        "forcefully",
        "forced",
        "by force",
        "with force",
        "hard",
        "the hard way",
        "force it",
        "forceful",
        "brutally",
        "ungracefully",
        "yank",
        "pull the plug",
        "pull the plug on",
        "not gracefully",
        "cut the power",
        "cut power",
        "without waiting",
        "no grace",
        "cut the power to",
        "cut power to",
        "hard way",
        "--force",
        "-f",
        "no graceful",
        "violently",
    ):
        put(tuple(word.split()), "force", True)
    for word in FILLER:
        put((word,), "filler", word)
    return {phrase: tuple(entries) for phrase, entries in table.items()}


@cache
def longest() -> int:
    """How many words the longest phrase has."""
    return max(map(len, phrases()))


@cache
def vocabulary() -> frozenset[str]:
    """Every ordinary word that is known."""
    words = frozenset(w for phrase in phrases() for w in phrase)
    return words | frozenset(TECH) | frozenset((*ONES, *TENS, *ORDINALS, *UNITS)) | TIME_WORDS
