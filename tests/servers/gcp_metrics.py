"""Cloud Monitoring's list of time series, over gRPC as the SDK speaks it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib import import_module
from typing import Any

import grpc

PAGE = 3
"""So many series to a page, whatever was asked for: so that pages are met in tests."""


class Metrics:
    """Points that a test gave: each a dict of `project instance metric labels hours`.

    `hours` maps the end of an hour in RFC 3339 to its value.
    """

    def __init__(self) -> None:
        self.points: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def serve(self) -> str:
        """Listen on a free port; gives the address."""
        method = grpc.unary_unary_rpc_method_handler(
            self._list,
            request_deserializer=lambda data: _types().ListTimeSeriesRequest.deserialize(data),
            response_serializer=lambda made: type(made).serialize(made),
        )
        handlers = {"ListTimeSeries": method}
        server = grpc.server(ThreadPoolExecutor(4))
        service = "google.monitoring.v3.MetricService"
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self._server = server
        return f"127.0.0.1:{port}"

    def _list(self, request: Any, context: grpc.ServicerContext) -> Any:
        wanted = re.search(r'metric\.type = "([^"]+)"', request.filter)
        project = request.name.removeprefix("projects/")
        if wanted is None or not request.interval.end_time:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a metric and an interval are needed")
            raise AssertionError
        refused = [p for p in self.points if p.get("refuse") == project]
        if refused:
            context.abort(grpc.StatusCode[refused[0]["code"]], "refused by the test")
        ids = re.findall(r'"(\d+)"', request.filter.partition("instance_id")[2])
        rows = [
            p for p in self.points
            if p["project"] == project and p["metric"] == wanted[1]
            and (not ids or p["instance"] in ids)
        ]  # fmt: skip
        start = int(request.page_token or 0)
        page = [_series(row, request.interval) for row in rows[start : start + PAGE]]
        following = str(start + PAGE) if start + PAGE < len(rows) else ""
        return _types().ListTimeSeriesResponse(time_series=page, next_page_token=following)


def _types() -> Any:
    """The messages, which take seconds to load: only tests of metrics wait for them."""
    return import_module("google.cloud.monitoring_v3.types")


def _series(row: dict[str, Any], interval: Any) -> Any:
    points: list[dict[str, Any]] = []
    for hour, value in sorted(row["hours"].items(), reverse=True):
        end = datetime.fromisoformat(hour)
        if interval.start_time < end <= interval.end_time:
            span = {"start_time": end, "end_time": end}
            points.append({"interval": span, "value": {"double_value": value}})
    resource = {"type": "gce_instance", "labels": {"instance_id": row["instance"]}}
    return _types().TimeSeries(
        metric={"type": row["metric"], "labels": row.get("labels", {})},
        resource=resource,
        points=points,
    )
