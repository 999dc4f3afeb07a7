"""Buckets: an S3 server on this computer, asked by the same packages that ask Amazon's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from bayou.bulk.cluster import ClusterOptions, cluster
from bayou.bulk.lock import Lease, Patience
from bayou.bulk.places import file_system
from bayou.bulk.run import BulkOptions, run_bulk
from bayou.bulk.store import BucketStore
from bayou.errors import OutputError
from tests.bulk.results import rows_in, texts_of, told
from tests.bulk.scans import archive
from tests.bulk.stub_reader import make_stub_reader
from tests.bulk.told import Told

for package in ("ray", "s3fs", "moto", "flask"):
    pytest.importorskip(package)
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
PATIENCE = 60.0
ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS, OWN = "BAYOU_TEST_ATTEMPTS", "BAYOU_TEST_OWN_ADDRESSES"
CUT = f"""
import os, socket, sys
own = set(os.environ["{OWN}"].split())
def cut(event, arguments):
    if event == "socket.connect":
        # Connecting a datagram socket sends nothing: Ray asks so which address this computer has.
        asked = isinstance(arguments[1], tuple) and arguments[0].type != socket.SOCK_DGRAM and arguments[1][0]
    else:
        asked = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") and arguments[0]
    if asked and isinstance(asked, str) and asked not in own:
        with open(os.environ["{ATTEMPTS}"], "a") as file:
            file.write(f"{{event}} {{asked}}\\n")
        raise OSError("the test cuts the network")
sys.addaudithook(cut)
"""
"""What every Python process of a run imports first: this computer alone is there."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A new bucket's URL; its server is on the loopback address alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "me",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            patch.setenv(name, value)
        try:
            wait_for(url)
            name = f"bayou-{uuid4().hex[:8]}"
            system, _ = file_system(f"s3://{name}")
            system.mkdir(name)
            yield f"s3://{name}"
        finally:
            server.kill()
            server.wait()


def wait_for(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/", timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_names_are_created_moved_and_removed(bucket: str) -> None:
    store = BucketStore(f"{bucket}/store")
    assert store.names() == [] and store.read("a") is None
    assert store.create("a", b"1") and not store.create("a", b"2"), "only one can create it"
    store.write("deep/b", b"3")
    assert store.names() == ["a"] and store.names("deep") == ["deep/b"]
    store.move("deep/b", "b")
    assert store.read_all(["a", "b", "deep/b"]) == {"a": b"1", "b": b"3"}
    store.remove(["a", "never there"])
    store.clear("deep")
    assert store.names() == ["b"]
    with pytest.raises(OutputError, match="nobody"):
        BucketStore("s3://nobody-has-this-bucket/out").write("a", b"1")


def test_the_lease_of_a_dead_run_is_taken_over(bucket: str) -> None:
    store = BucketStore(f"{bucket}/lease")
    quick = Patience(beat=0.2, watch=2.0)
    Lease(store, Patience(beat=3600, watch=2.0)).__enter__()
    with Lease(store, quick) as lease:
        with pytest.raises(OutputError, match="another run"), Lease(store, quick):
            pass
        lease.check()


def test_a_run_from_bucket_to_bucket(bucket: str, tmp_path: Path) -> None:
    scans = archive(tmp_path / "scans", 4, 12)
    system, top = file_system(f"{bucket}/in")
    system.put(str(scans), top, recursive=True)
    options = BulkOptions(f"{bucket}/in", f"{bucket}/out", make_stub_reader, cluster=ClusterOptions(workers=2))
    with cluster(options.cluster):
        summary = run_bulk(options, Told())
        report = Told()
        again = run_bulk(options, report)
        held = BucketStore(f"{bucket}/out")
        with Lease(held), pytest.raises(OutputError, match="another run"):
            run_bulk(replace(options), Told())
    system.get(f"{top.removesuffix('in')}out/", str(tmp_path / "out"), recursive=True)
    assert told(rows_in(tmp_path / "out")) == texts_of(scans)
    assert (summary.pages, again.run.pages, report.before) == (20, 0, 20)
    assert held.names("_bayou/staged") == [] and held.read("_report.html") is not None


def test_a_run_needs_no_more_of_the_network_than_its_bucket(bucket: str, tmp_path: Path) -> None:
    scans = archive(tmp_path / "scans", 2, 3)
    system, top = file_system(f"{bucket}/cut-in")
    system.put(str(scans), top, recursive=True)
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut/sitecustomize.py").write_text(CUT, encoding="utf-8")
    addresses = {one.address for each in psutil.net_if_addrs().values() for one in each}
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(tmp_path / "cut"), str(ROOT))),
        ATTEMPTS: str(tmp_path / "attempts"),
        OWN: " ".join({*addresses, "localhost", "127.0.0.1", "0.0.0.0", "::", "::1", socket.gethostname()}),
    }
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    refused = subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert "the test cuts the network" in refused.stderr
    (tmp_path / "attempts").unlink()

    command = [sys.executable, "-m", "tests.bulk.program", "bulk", f"{bucket}/cut-in", "--output", f"{bucket}/cut-out"]
    ended = subprocess.run([*command, "--concurrency", "1"], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 10, ended.stderr  # the archive has a broken file
    system.get(f"{top.removesuffix('in')}out/", str(tmp_path / "out"), recursive=True)
    assert told(rows_in(tmp_path / "out")) == texts_of(scans)
    assert not (tmp_path / "attempts").exists(), (tmp_path / "attempts").read_text(encoding="utf-8")
