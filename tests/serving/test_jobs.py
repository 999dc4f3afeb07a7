"""Jobs: done a page at a time, kept over a restart, cancelled, forgotten; in SQLite and in PostgreSQL where it is."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bayou.errors import BusyError, UsageError
from bayou.serving import job_store
from bayou.serving.job_store import JobStore, NewJob
from tests.serving.made_reader import CRASH
from tests.serving.pictures import png, tiff

SECONDS = 20
NOBODY = 65534
OPTIONS = {"pages": None, "dpi": 200, "password": None, "max_pixels": 10**6, "max_pages": 10, "force_ocr": False}
NEW = NewJob("read", "a.tif", "0" * 64, {"name": "a.tif", "options": OPTIONS, "schema": None}, b"the file")

OpenStore = Callable[[], JobStore]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a fresh server of PostgreSQL, which is not a package of Python's."""
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    initdb, server = (
        shutil.which(name, path=os.pathsep.join([*places, os.defpath])) for name in ("initdb", "postgres")
    )
    if initdb is None or server is None:
        pytest.skip("PostgreSQL isn't installed (Debian: postgresql)")
    pytest.importorskip("pg8000", reason="the extra `postgres` isn't installed")
    folder = Path(tempfile.mkdtemp())
    # PostgreSQL refuses to run as root; whoever it is run as must own its folder.
    as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    if as_user:
        os.chown(folder, NOBODY, NOBODY)
    data = str(folder / "data")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = subprocess.run(
        [*as_user, initdb, "-D", data, "-U", "bayou", "--auth=trust", "--no-sync"], check=False, **quiet
    )
    if made.returncode:
        pytest.skip("PostgreSQL can't be set up by this user")
    options = ["-F", "-c", "listen_addresses=127.0.0.1", "-p", str(port), "-k", str(folder)]
    process = subprocess.Popen([*as_user, server, "-D", data, *options], **quiet)
    url = f"postgresql+pg8000://bayou@127.0.0.1:{port}/postgres"
    try:
        until = time.monotonic() + SECONDS
        while not _answers(port):
            assert time.monotonic() < until and process.poll() is None, "PostgreSQL doesn't come up"
            time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # ends connections, and then itself
        process.wait(timeout=SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    import pg8000.native

    try:
        pg8000.native.Connection("bayou", "127.0.0.1", "postgres", port).close()
    except (pg8000.native.InterfaceError, pg8000.native.DatabaseError):
        return False
    return True


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the same database again and again; all is closed at the end."""
    url = f"sqlite:///{tmp_path}/jobs.sqlite3"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres")
    opened: list[JobStore] = []

    def open_it() -> JobStore:
        opened.append(JobStore(url))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


def test_a_job_is_one_servers_until_its_lease_runs_out(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store()
    id = store.add(NEW)
    assert store.claim() == id
    assert store.claim() is None
    assert store.add_page(id, 1, '{"number": 1}', "nano")
    store.close()
    other = open_store()
    monkeypatch.setattr(job_store.time, "time", lambda: 10.0**10)  # of a server that still lives, it is long over
    assert other.claim() == id
    assert other.content(id) == (b"the file", NEW.request, {1})
    assert not store.add_page(id, 2, "{}", "nano") and not store.finish(id, None)
    assert other.add_page(id, 1, '{"number": "again"}', "nano") and other.add_page(id, 2, '{"number": 2}', "nano")
    assert other.finish(id, None) and not other.finish(id, None)
    job = other.get(id)
    assert job is not None and (job.state, job.pages_done) == ("done", 2)
    assert '"pages": [{"number": 1}, {"number": 2}]' in other.document(id)
    assert other.forget(10.0**11) >= 1 and other.get(id) is None
    store.close()


def test_a_cancelled_job_loses_its_file_and_takes_no_pages(open_store: OpenStore) -> None:
    store = open_store()
    id = store.add(NEW)
    assert store.claim() == id
    assert store.delete(id) == "cancelled"
    assert not store.add_page(id, 1, "{}", "nano")
    job = store.get(id)
    assert job is not None and job.state == "cancelled"
    assert store.delete(id) == "cancelled" and store.get(id) is None
    assert store.delete(id) is None


def test_a_file_of_jobs_has_one_server_and_one_owner(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/jobs.sqlite3"
    first = JobStore(url)
    id = first.add(NEW)
    assert first.claim() == id
    with pytest.raises(UsageError, match="another bayou serve"):
        JobStore(url)
    if os.name == "posix":
        assert (tmp_path / "new/jobs.sqlite3").stat().st_mode & 0o777 == 0o600
    first.close()
    second = JobStore(url)
    assert second.claim() == id  # at once: nobody else can have it
    second.close()
    with pytest.raises(UsageError, match="--database"):
        JobStore("nonsense")


def test_what_a_job_held_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    store = JobStore(f"sqlite:///{path}")
    id = store.add(NEW)
    store.delete(id)
    store.close()
    assert b"the file" not in path.read_bytes()


def test_too_many_unfinished_jobs_are_refused(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_store, "MOST_UNFINISHED", 1)
    store.add(NEW)
    with pytest.raises(BusyError):
        store.add(NEW)


def submit(client: TestClient, data: bytes, **fields: str) -> str:
    reply = client.post("/v1/jobs", files={"file": ("a.tif", data)}, data=fields)
    assert reply.status_code == 202, reply.text
    assert reply.headers["location"] == f"/v1/jobs/{reply.json()['id']}"
    return reply.json()["id"]


def ended(client: TestClient, id: str) -> dict:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        job = client.get(f"/v1/jobs/{id}").json()
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job doesn't end")


@pytest.mark.slow  # a fresh worker takes seconds, and it is killed twice
def test_a_job_reads_all_pages_though_one_kills_its_worker(client: TestClient) -> None:
    with client:
        id = submit(client, tiff(20, CRASH, 21), pages="1-3")
        job = ended(client, id)
        assert (job["state"], job["pages_done"], job["pages_total"], job["error"]) == ("done", 3, 3, None)
        pages = client.get(f"/v1/jobs/{id}/result").json()["pages"]
        assert [page["status"] for page in pages] == ["ok", "failed", "ok"]
        assert "died" in pages[1]["message"]
        assert client.delete(f"/v1/jobs/{id}").json()["state"] == "deleted"
        assert client.get(f"/v1/jobs/{id}").status_code == 404


def test_a_job_reads_the_pages_that_were_asked_for(client: TestClient) -> None:
    with client:
        id = submit(client, tiff(20, 21, 22), pages="2-3")
        assert ended(client, id)["pages_done"] == 2
        found = client.get(f"/v1/jobs/{id}/result").json()
        assert [(page["number"], page["width"]) for page in found["pages"]] == [(2, 21), (3, 22)]
        assert (found["name"], found["model"]) == ("a.tif", "made")
        again = client.post("/v1/export", json={"document": found, "to": "text"})
        assert again.text.startswith("21 x 20, line 0")


def test_a_job_that_fails_says_why(client: TestClient) -> None:
    with client:
        id = submit(client, b"only words")
        job = ended(client, id)
        assert job["state"] == "failed" and "is text" in job["error"]["message"]
        assert client.get(f"/v1/jobs/{id}/result").status_code == 422


def test_a_job_that_waits_can_be_cancelled(client: TestClient) -> None:
    id = submit(client, png())  # no runner without the app's life around it
    assert client.get(f"/v1/jobs/{id}/result").json()["error"]["code"] == "not_ready"
    assert client.delete(f"/v1/jobs/{id}").json() == {"id": id, "state": "cancelled"}
    assert client.get(f"/v1/jobs/{id}").json()["state"] == "cancelled"


@pytest.mark.parametrize("fields", [{"kind": "translate"}, {"kind": "extract"}, {"schema": "invoice"}])
def test_a_wrong_job_is_refused_at_once(client: TestClient, fields: dict[str, str]) -> None:
    assert client.post("/v1/jobs", files={"file": ("a.png", png())}, data=fields).status_code == 400
