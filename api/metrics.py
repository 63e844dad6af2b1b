"""Prometheus metrics, in a registry of the app's own."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from copilot.types import Assessment

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What is counted. Labels take few values, and none that a caller could invent."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "copilot_http_requests",
            "Requests by method, route and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "copilot_http_request_seconds",
            "Time from the first byte in to the last byte out.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._decisions = Counter(
            "copilot_decisions",
            "Messages judged, by decision.",
            ["decision"],
            registry=self._registry,
        )
        self._labels = Counter(
            "copilot_labels",
            "Labels given to messages, by label and decision.",
            ["label", "decision"],
            registry=self._registry,
        )
        self._model = Gauge(
            "copilot_model_loaded",
            "1 when a classifier is loaded, 0 when every message goes to review.",
            ["version"],
            registry=self._registry,
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def observe_assessments(self, assessments: Iterable[Assessment]) -> None:
        """Count what was decided; repeated deliveries are left out by the caller."""
        for assessment in assessments:
            self._decisions.labels(assessment.decision.value).inc()
            for label in assessment.labels:
                self._labels.labels(label.value, assessment.decision.value).inc()

    def set_model(self, version: str, *, loaded: bool) -> None:
        """Tell which model serves."""
        self._model.labels(version).set(1 if loaded else 0)

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)
