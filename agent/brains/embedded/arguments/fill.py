"""What a clause says beside its machines: the arguments of its tool."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.brains.embedded.arguments.creation import clone_name, creation
from agent.brains.embedded.arguments.disks import disk_size, new_disk
from agent.brains.embedded.arguments.moves import destination
from agent.brains.embedded.arguments.records import (
    catalog_kind,
    force,
    operation_to_undo,
    past_operations,
    schedule_to_cancel,
)
from agent.brains.embedded.arguments.reports import (
    anomaly_report,
    cost_report,
    count_report,
    forecast_report,
    metric_report,
    placement_report,
)
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.scaling import scaling
from agent.brains.embedded.arguments.sizing import resize
from agent.brains.embedded.arguments.snapshots import (
    doomed_snapshots,
    snapshot_name,
    which_snapshot,
)
from agent.brains.embedded.arguments.tags import removed_tags, set_tags
from agent.brains.embedded.arguments.times import take_time
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.site import Site


def read_arguments(tool: str, clause: Clause, site: Site, now: datetime) -> Said:
    """Take the arguments of a tool out of its clause; what remains is about the machines."""
    said = Said()
    if clause.verb is not None:
        clause.verb.used = clause.verb.used or "verb"
    take_time(tool, clause, said)
    reader = _READERS.get(tool)
    if reader is not None:
        reader(clause, said, site, now)
    return said


_READERS: dict[str, Callable[[Clause, Said, Site, datetime], None]] = {
    "stop_vms": force,
    "restart_vms": force,
    "resize_vms": resize,
    "resize_disk": disk_size,
    "attach_disk": new_disk,
    "tag_vms": set_tags,
    "untag_vms": removed_tags,
    "snapshot_vms": snapshot_name,
    "restore_snapshot": which_snapshot,
    "delete_snapshots": doomed_snapshots,
    "migrate_vms": destination,
    "clone_vm": clone_name,
    "create_vms": creation,
    "scale_group": scaling,
    "count_vms": count_report,
    "query_metrics": metric_report,
    "cost_report": cost_report,
    "list_catalog": catalog_kind,
    "list_operations": past_operations,
    "forecast_metric": forecast_report,
    "find_anomalies": anomaly_report,
    "recommend_placement": placement_report,
    "undo": operation_to_undo,
    "cancel_schedule": schedule_to_cancel,
}
