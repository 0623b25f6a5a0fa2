"""Guessing is slow: failures are counted in the database, for all replicas together."""

import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.auth.errors import TooManyFailures
from trackly.auth.tables import LoginAttemptRow
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import hash_token

WINDOW = timedelta(minutes=5)
PER_PERSON_AND_ADDRESS = 10
PER_ADDRESS = 30


def key_of(email: str) -> bytes:
    return hash_token(email.strip().lower())


def address_of(ip: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 that one customer of IPv6 has."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


async def ensure_may_try(session: AsyncSession, user_key: bytes, ip: str, now: datetime) -> None:
    """Raises TooManyFailures, with the wait until the oldest failure that counts is forgotten."""
    rows = await session.execute(
        select(LoginAttemptRow.at, LoginAttemptRow.user_key)
        .where(LoginAttemptRow.ip == address_of(ip), LoginAttemptRow.at > now - WINDOW)
        .order_by(LoginAttemptRow.at.desc())
        .limit(PER_ADDRESS)
    )
    failures = rows.all()
    of_person = [row.at for row in failures if row.user_key == user_key]
    full = [
        times[most - 1]
        for times, most in (([row.at for row in failures], PER_ADDRESS), (of_person, PER_PERSON_AND_ADDRESS))
        if len(times) >= most
    ]
    if full:
        wait_s = max(1, math.ceil((max(full) + WINDOW - now).total_seconds()))
        raise TooManyFailures(f"Try again in {wait_s} s.", retry_after_s=wait_s)


async def note_failure(uow: UnitOfWork, user_key: bytes, ip: str) -> None:
    await uow.session.execute(insert(LoginAttemptRow).values(user_key=user_key, ip=address_of(ip), at=uow.now))
