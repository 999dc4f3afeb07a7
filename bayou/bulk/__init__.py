"""The same Reader on Ray Data: knows files in bulk, shards, workers and their ends; not how one reads a page."""

from __future__ import annotations

from bayou.bulk.dataset import ReaderActor, read
from bayou.bulk.settings import BulkSettings, PageLimits

__all__ = ["BulkSettings", "PageLimits", "ReaderActor", "read"]
