"""One bulk run on a Ray cluster of virtual nodes, one of them lost on the way if wished. Knows Ray's cluster for tests.

    python -m benchmarks.bulk_nodes INPUT OUTPUT NODES LOST

Prints one line of JSON: seconds, those that the pages themselves waited, and how evenly that was shared out.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from bayou.bulk.cluster import ClusterOptions
from bayou.bulk.items import Receipt
from bayou.bulk.plan import Cut
from bayou.bulk.run import BulkOptions, run_bulk
from benchmarks.bulk_readers import SECONDS, make_waiting_reader

MEAN_SECONDS = 0.25
STORE = 80 << 20


class Watched:
    """Loses nodes when a third of the pages is done."""

    def __init__(self, lose: threading.Event) -> None:
        self._lose = lose
        self._pages = self._done = 0

    def note(self, text: str) -> None:
        print(text, file=sys.stderr)

    def looking(self, done: int, total: int) -> None:
        pass

    def begin(self, pages: int, done: int) -> None:
        self._pages = pages

    def receipt(self, receipt: Receipt) -> None:
        self._done += receipt.rows
        if self._done * 3 >= self._pages:
            self._lose.set()


def main() -> None:
    """Runs once."""
    source, output, nodes, lost = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", SECONDS: str(MEAN_SECONDS)})
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE})
    workers = [cluster.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(nodes)]
    lose = threading.Event()

    def loses() -> None:
        lose.wait()
        for node in workers[:lost]:
            cluster.remove_node(node, allow_graceful=False)

    threading.Thread(target=loses, daemon=True).start()
    options = BulkOptions(
        source,
        output,
        make_waiting_reader,
        cluster=ClusterOptions(address=cluster.address, workers=nodes),
        cut=Cut(16),
    )
    started = time.perf_counter()
    summary = run_bulk(options, Watched(lose))
    seconds = time.perf_counter() - started
    cluster.shutdown()
    reading = seconds - summary.run.start_seconds
    waited = summary.seconds.get("read", 0.0)
    row = {
        "nodes": nodes,
        "lost": lost,
        "pages": summary.pages,
        "files": len(list(Path(output).glob("part-*"))),
        "start_s": summary.run.start_seconds,
        "reading_s": reading,
        "pages_wait_s": waited,
        "share_of_ideal": waited / nodes / reading,
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
