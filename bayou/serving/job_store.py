"""Jobs and their pages in a database, so that they outlive the server. Knows tables; not how pages are read.

SQLite in one file, or PostgreSQL, which several servers may share. A server holds a job by a lease that it renews; one
that was killed lets it run out, and the job goes on elsewhere, from the pages that stand in the store. With SQLite a
lock on a file says that no other server is there, so its jobs go on at once.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import filelock
import sqlalchemy as sql
from sqlalchemy.pool import StaticPool

from bayou.documents.document import SCHEMA_VERSION
from bayou.errors import BusyError, OutputError, UsageError

State = Literal["queued", "running", "done", "failed", "cancelled"]
LEASE_SECONDS = 30.0
MOST_UNFINISHED = 100
"""Jobs; more are told to come again."""

METADATA = sql.MetaData()
JOBS = sql.Table(
    "bayou_jobs",
    METADATA,
    sql.Column("id", sql.String(64), primary_key=True),
    sql.Column("kind", sql.String(16), nullable=False),
    sql.Column("state", sql.String(16), nullable=False, index=True),
    sql.Column("created", sql.Double, nullable=False),
    sql.Column("ended", sql.Double),
    sql.Column("owner", sql.String(64)),
    sql.Column("lease_until", sql.Double),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("sha256", sql.String(64), nullable=False),
    sql.Column("request", sql.Text),
    sql.Column("upload", sql.LargeBinary),
    sql.Column("pages_total", sql.Integer),
    sql.Column("model", sql.Text, nullable=False),
    sql.Column("result", sql.Text),
    sql.Column("failure_kind", sql.String(32)),
    sql.Column("failure_message", sql.Text),
)
PAGES = sql.Table(
    "bayou_job_pages",
    METADATA,
    sql.Column("job", sql.String(64), sql.ForeignKey(JOBS.c.id, ondelete="CASCADE"), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("content", sql.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is to be done: ``request`` says how, as JSON."""

    kind: str
    name: str
    sha256: str
    request: Mapping[str, object] = field(repr=False)
    upload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Job:
    """How a job stands."""

    id: str
    kind: str
    state: State
    created: float
    ended: float | None
    name: str
    sha256: str
    pages_done: int
    pages_total: int | None
    model: str
    failure_kind: str | None
    failure_message: str | None


class JobStore:
    """All jobs of a database. Methods may be called from any thread; each is one transaction.

    Args:
        url: SQLAlchemy's address of a database; None: in memory, gone with the server.

    Raises:
        UsageError: No such kind of database, or another server has its file.
        OutputError: It can't be opened.
    """

    def __init__(self, url: str | None) -> None:
        self._lock = threading.Lock()  # SQLite writes one at a time anyway, and what is written is small
        self._file_lock: filelock.BaseFileLock | None = None
        self.owner = secrets.token_hex(16)
        try:
            made = sql.make_url(url or "sqlite://")
            if made.get_backend_name() == "sqlite":
                self._engine = self._sqlite(made)
            else:
                self._engine = sql.create_engine(made, pool_pre_ping=True, pool_size=2)
            METADATA.create_all(self._engine)
        except (sql.exc.ArgumentError, sql.exc.NoSuchModuleError) as error:
            raise UsageError(
                "--database is no address of a database, like postgresql+pg8000://user@host/name"
            ) from error
        except sql.exc.SQLAlchemyError as error:
            raise OutputError(f"the database of the jobs can't be opened ({type(error).__name__})") from error
        if self._file_lock is not None:
            self._release_all()

    def _sqlite(self, url: sql.URL) -> sql.Engine:
        if not url.database or url.database == ":memory:":
            engine = sql.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        else:
            path = Path(url.database)
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.touch(mode=0o600)
                self._file_lock = filelock.FileLock(str(path) + ".lock")
                self._file_lock.acquire(timeout=0)
            except filelock.Timeout as error:
                raise UsageError(
                    "another bayou serve keeps its jobs there; name another --database", str(path)
                ) from error
            except OSError as error:
                raise OutputError(f"jobs can't be kept: {error.strerror}", str(path)) from error
            engine = sql.create_engine(url, connect_args={"check_same_thread": False})

        @sql.event.listens_for(engine, "connect")
        def prepare(connection: Any, _: object) -> None:
            # Deleted content is overwritten; the log beside the file lets readers go on while a page is written.
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def close(self) -> None:
        """Lets the database go; jobs in hand go on when a server opens it again."""
        self._engine.dispose()
        if self._file_lock is not None:
            self._file_lock.release()

    def add(self, job: NewJob) -> str:
        """A new job's id, which nobody can guess; BusyError where too many are unfinished."""
        made = secrets.token_urlsafe(18)
        with self._lock, self._engine.begin() as connection:
            unfinished = sql.select(sql.func.count()).where(JOBS.c.state.in_(("queued", "running")))
            if connection.execute(unfinished).scalar_one() >= MOST_UNFINISHED:
                raise BusyError(f"{MOST_UNFINISHED} jobs are unfinished; ask again later")
            connection.execute(
                JOBS.insert().values(
                    id=made,
                    kind=job.kind,
                    state="queued",
                    created=time.time(),
                    name=job.name,
                    sha256=job.sha256,
                    request=json.dumps(job.request),
                    upload=job.upload,
                    model="",
                )
            )
        return made

    def get(self, id: str) -> Job | None:
        """How the job stands, or None where there is none."""
        done = sql.select(sql.func.count()).where(PAGES.c.job == id).scalar_subquery()
        with self._lock, self._engine.begin() as connection:
            row = connection.execute(sql.select(JOBS, done.label("pages_done")).where(JOBS.c.id == id)).one_or_none()
        if row is None:
            return None
        return Job(**{name: row._mapping[name] for name in Job.__dataclass_fields__})

    def claim(self) -> str | None:
        """The oldest job that nobody has in hand, now this server's; None where there is none."""
        now = time.time()
        is_free = sql.or_(JOBS.c.state == "queued", sql.and_(JOBS.c.state == "running", JOBS.c.lease_until < now))
        with self._lock, self._engine.begin() as connection:
            found = connection.execute(sql.select(JOBS.c.id).where(is_free).order_by(JOBS.c.created).limit(1)).scalar()
            if found is None:
                return None
            taken = JOBS.update().where(JOBS.c.id == found, is_free)
            taken = taken.values(state="running", owner=self.owner, lease_until=now + LEASE_SECONDS)
            return str(found) if connection.execute(taken).rowcount == 1 else None

    def renew(self, id: str) -> bool:
        """Whether the job is still this server's; then it is for some more time."""
        return self._update(id, lease_until=time.time() + LEASE_SECONDS)

    def content(self, id: str) -> tuple[bytes, dict[str, Any], set[int]]:
        """The file, how it is to be read, and the numbers of the pages that are there."""
        with self._lock, self._engine.begin() as connection:
            row = connection.execute(sql.select(JOBS.c.upload, JOBS.c.request).where(JOBS.c.id == id)).one()
            pages = connection.execute(sql.select(PAGES.c.number).where(PAGES.c.job == id)).scalars()
            return row.upload, json.loads(row.request), set(pages)

    def set_total(self, id: str, total: int) -> bool:
        """How many pages it has; False where the job isn't this server's any more."""
        return self._update(id, pages_total=total)

    def add_page(self, id: str, number: int, content: str, model: str) -> bool:
        """One more page, as JSON; False where the job isn't this server's any more, and then nothing is kept."""
        with self._lock, self._engine.begin() as connection:
            values = {"lease_until": time.time() + LEASE_SECONDS} | ({"model": model} if model else {})
            if connection.execute(self._mine(id).values(values)).rowcount != 1:
                return False
            with suppress(sql.exc.IntegrityError), connection.begin_nested():  # it was there already
                connection.execute(PAGES.insert().values(job=id, number=number, content=content))
            return True

    def finish(self, id: str, result: str | None) -> bool:
        """Done, once; the file is deleted. ``result``: a record; None where the result is the pages."""
        return self._update(id, state="done", ended=time.time(), result=result, upload=None, request=None, owner=None)

    def fail(self, id: str, kind: str, message: str) -> bool:
        """It can't be done; the file is deleted."""
        ended = {"state": "failed", "ended": time.time(), "upload": None, "request": None, "owner": None}
        return self._update(id, failure_kind=kind, failure_message=message, **ended)

    def delete(self, id: str) -> State | None:
        """Cancels a job that isn't done, or forgets one that is: its file, pages and result. The state it then has;
        None where there is none."""
        with self._lock, self._engine.begin() as connection:
            state = connection.execute(sql.select(JOBS.c.state).where(JOBS.c.id == id)).scalar()
            if state is None:
                return None
            connection.execute(PAGES.delete().where(PAGES.c.job == id))
            if state not in ("queued", "running"):
                connection.execute(JOBS.delete().where(JOBS.c.id == id))
                return state
            values = {"state": "cancelled", "ended": time.time(), "upload": None, "request": None, "owner": None}
            connection.execute(JOBS.update().where(JOBS.c.id == id).values(values))
            return "cancelled"

    def document(self, id: str) -> str:
        """The document of a job's pages, bayou's JSON."""
        with self._lock, self._engine.begin() as connection:
            job = connection.execute(sql.select(JOBS.c.name, JOBS.c.sha256, JOBS.c.model).where(JOBS.c.id == id)).one()
            chosen = sql.select(PAGES.c.content).where(PAGES.c.job == id).order_by(PAGES.c.number)
            pages = connection.execute(chosen).scalars().all()
        rest = {"name": job.name, "sha256": job.sha256, "model": job.model, "metadata": {}}
        tail = json.dumps({**rest, "schema_version": SCHEMA_VERSION}, ensure_ascii=False)
        return '{"pages": [' + ", ".join(pages) + "], " + tail[1:]

    def result(self, id: str) -> str | None:
        """The record of a job that makes one."""
        with self._lock, self._engine.begin() as connection:
            found: str | None = connection.execute(sql.select(JOBS.c.result).where(JOBS.c.id == id)).scalar()
            return found

    def forget(self, before: float) -> int:
        """Deletes jobs that ended before a time (seconds since 1970), and says how many."""
        old = sql.and_(JOBS.c.ended.is_not(None), JOBS.c.ended < before)
        with self._lock, self._engine.begin() as connection:
            chosen = sql.select(JOBS.c.id).where(old)
            connection.execute(PAGES.delete().where(PAGES.c.job.in_(chosen)))
            return connection.execute(JOBS.delete().where(old)).rowcount

    def _mine(self, id: str) -> sql.Update:
        return JOBS.update().where(JOBS.c.id == id, JOBS.c.state == "running", JOBS.c.owner == self.owner)

    def _update(self, id: str, **values: object) -> bool:
        with self._lock, self._engine.begin() as connection:
            return connection.execute(self._mine(id).values(**values)).rowcount == 1

    def _release_all(self) -> None:
        """No other server is there, so what is in hand is in nobody's."""
        with self._engine.begin() as connection:
            connection.execute(JOBS.update().where(JOBS.c.state == "running").values(state="queued", owner=None))
