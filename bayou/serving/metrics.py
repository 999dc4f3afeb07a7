"""What is counted and timed, for Prometheus. Knows numbers and names of routes; nothing of documents."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bayou.serving.pool import Pool, Ticket
from bayou.serving.work import Done, Failed

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """The server's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "bayou_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "bayou_request_seconds",
            "Seconds until a reply was complete.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.stage_seconds = Histogram(
            "bayou_stage_seconds",
            "Seconds of a piece of work by stage: wait, work, pages, first_lines, given_up.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.pages = Counter("bayou_pages", "Pages read.", ["status"], registry=self.registry)
        self.errors = Counter("bayou_errors", "Pieces of work that failed.", ["kind"], registry=self.registry)

    def watch(self, pool: Pool) -> None:
        """Show the queue and the workers of ``pool``."""
        gauges = {
            "bayou_waiting": ("Requests that wait for a worker.", lambda: pool.waiting),
            "bayou_working": ("Workers with something to do.", lambda: pool.working),
            "bayou_workers": ("Workers.", lambda: pool.alive),
            "bayou_worker_restarts": ("Workers that were killed or died, and replaced.", lambda: pool.restarts),
        }
        for name, (text, value) in gauges.items():
            Gauge(name, text, registry=self.registry).set_function(value)

    def work_ended(self, ticket: Ticket, end: Done | Failed) -> None:
        """A piece of work has ended."""
        assert ticket.ended is not None
        if ticket.waited is not None:
            self.stage_seconds.labels("wait").observe(ticket.waited)
            self.stage_seconds.labels("work").observe(ticket.ended - ticket.since - ticket.waited)
        if ticket.cancelled_at is not None:
            self.stage_seconds.labels("given_up").observe(ticket.ended - ticket.cancelled_at)
        if isinstance(end, Failed):
            self.errors.labels(end.kind).inc()
            return
        for stage, seconds in end.seconds.items():
            self.stage_seconds.labels(stage).observe(seconds)
        for status, count in end.counts.items():
            self.pages.labels(status).inc(count)

    def text(self) -> bytes:
        """All of it in Prometheus' format."""
        return generate_latest(self.registry)
