"""Prometheus metrics of one process. https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Numbers:
    """Requests and how long they took, by route template; problems, by code; rounds of the worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("nrm_requests", "Requests that were answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "nrm_request_seconds", "How long they took.", ("method", "route"), buckets=BUCKETS, registry=self.registry
        )
        self._problems = Counter("nrm_problems", "Problems that were told.", ("code",), registry=self.registry)
        self._rounds = Counter("nrm_worker_rounds", "Rounds of the worker.", ("result",), registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is a template, such as `/v1/cases/{case}`."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def told(self, code: str) -> None:
        """Count one problem."""
        self._problems.labels(code).inc()

    def went_round(self, result: str) -> None:
        """Count one round of the worker: `done` or `failed`."""
        self._rounds.labels(result).inc()

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)
