"""A worker's own figures for Prometheus, beside Ray's. Knows names of figures; serves nothing: Ray's agent does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayou.bulk.rows import PageResult

if TYPE_CHECKING:
    from ray.util.metrics import Counter, Histogram

BOUNDARIES = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0]


class PageMetrics:
    """Counts pages where Ray runs; anywhere else it counts nothing."""

    def __init__(self) -> None:
        self._made: tuple[Counter, Counter, Histogram] | None = None
        try:
            import ray
            from ray.util.metrics import Counter, Histogram
        except ModuleNotFoundError:
            return
        if ray.is_initialized():
            self._made = (
                Counter("bayou_pages", "Pages that are done.", tag_keys=("status",)),
                Counter("bayou_page_failures", "Pages that failed.", tag_keys=("kind",)),
                Histogram("bayou_page_seconds", "A page's time.", boundaries=BOUNDARIES, tag_keys=("stage",)),
            )

    def page(self, result: PageResult) -> None:
        """One more page is done."""
        if self._made is None:
            return
        pages, failures, seconds = self._made
        pages.inc(1.0, {"status": result.page.status})
        if result.failure is not None:
            failures.inc(1.0, {"kind": result.failure.kind})
        for stage, value in result.seconds.items():
            seconds.observe(value, {"stage": stage})
