"""A Pydantic class as a user has one."""

from __future__ import annotations

from pydantic import BaseModel


class Seller(BaseModel):
    name: str
    address: str | None = None


class Entry(BaseModel):
    description: str
    quantity: float
    amount: float


class Bill(BaseModel):
    number: str
    seller: Seller
    lines: list[Entry]
