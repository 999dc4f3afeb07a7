"""A computer of the cluster is lost while it reads: its pages are read by another, and nothing is there twice."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bayou.bulk.cluster import ClusterOptions
from bayou.bulk.items import Receipt
from bayou.bulk.plan import Cut
from bayou.bulk.run import BulkOptions, run_bulk
from tests.bulk import stub_reader
from tests.bulk.results import rows_in, texts_of, told
from tests.bulk.scans import archive
from tests.bulk.stub_reader import make_stub_reader
from tests.bulk.told import Told

pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
STORE = 80 << 20
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


@pytest.fixture(scope="module")
def client_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def ray_cluster(client_port: int) -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "object_store_memory": STORE, "ray_client_server_port": client_port}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")
        patch.setenv(stub_reader.SECONDS, "0.1")
        made = Cluster(initialize_head=True, head_node_args=head)
        yield made
        made.shutdown()


class Losing(Told):
    """Loses a node once the third shard is done."""

    def __init__(self, made: Any, node: Any) -> None:
        super().__init__()
        self._thread = threading.Thread(target=lambda: made.remove_node(node, allow_graceful=False))

    def receipt(self, receipt: Receipt) -> None:
        super().receipt(receipt)
        if len(self.receipts) == 3:
            self._thread.start()

    def join(self) -> None:
        self._thread.join()


def test_a_lost_node_costs_nothing_but_time(ray_cluster: Any, tmp_path: Path) -> None:
    scans = archive(tmp_path / "scans", 12, 60)
    _, lost = (ray_cluster.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(2))
    report = Losing(ray_cluster, lost)
    options = BulkOptions(
        str(scans),
        str(tmp_path / "out"),
        make_stub_reader,
        cluster=ClusterOptions(address=ray_cluster.address, workers=2),
        cut=Cut(4),
    )
    summary = run_bulk(options, report)
    report.join()
    assert told(rows_in(tmp_path / "out")) == texts_of(scans)
    assert (summary.pages, summary.left) == (76, 0)


def test_a_run_through_rays_client(ray_cluster: Any, client_port: int, tmp_path: Path) -> None:
    """A node reads; the run itself is a task of the cluster."""
    ray_cluster.add_node(num_cpus=1, object_store_memory=STORE)
    scans, out = archive(tmp_path / "scans", 3, 6), tmp_path / "out"
    address = f"ray://127.0.0.1:{client_port}"
    command = [sys.executable, "-m", "tests.bulk.program", "bulk", str(scans), "--output", str(out)]
    run = subprocess.run([*command, "--address", address], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 10, run.stderr
    assert told(rows_in(out)) == texts_of(scans)
    assert "13 pages of 6 documents, 1 failed (1 input)" in run.stderr
    held = subprocess.run([*command, "--address", address, "--dpi", "150"], cwd=ROOT, capture_output=True, text=True)
    assert held.returncode == 6 and "other settings" in held.stderr
