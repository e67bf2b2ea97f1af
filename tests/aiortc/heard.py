"""What somebody has heard, in order, and waiting for a part of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

# Longer than anything on loopback takes, on a machine that is busy. Units: seconds.
PATIENCE = 20.0


class Heard:
    """Messages or events; each wait goes on behind what the last one for the same name has found."""

    def __init__(self, what: str, tag: str = "type") -> None:
        self._what = what
        self._tag = tag
        self.all: list[dict[str, Any]] = []
        self._looked: dict[str, int] = {}
        self._more = asyncio.Event()
        self._over: str | None = None

    def put(self, message: dict[str, Any]) -> None:
        self.all.append(message)
        self._wake()

    def close(self, why: str) -> None:
        """Nothing follows: who still waits for something learns why it will not come."""
        self._over = self._over or why
        self._wake()

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()

    def named(self, name: str) -> list[dict[str, Any]]:
        """All of this name so far."""
        return [message for message in self.all if message[self._tag] == name]

    async def until(self, name: str, **fields: Any) -> dict[str, Any]:
        """The next of this name with these fields."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            for at in range(self._looked.get(name, 0), len(self.all)):
                found = self.all[at]
                self._looked[name] = at + 1
                if found[self._tag] == name and all(found.get(key) == value for key, value in fields.items()):
                    return found
            left = deadline - asyncio.get_running_loop().time()
            if self._over is not None or left <= 0:
                why = self._over or "there was no more"
                raise AssertionError(f"{self._what} said no {name} {fields}: {why}; there was {self.all}")
            await _happens(self._more, left)

    async def each(self) -> AsyncIterator[dict[str, Any]]:
        """All of it from the beginning, until nothing follows."""
        at = 0
        while True:
            while at < len(self.all):
                yield self.all[at]
                at += 1
            if self._over is not None:
                return
            await self._more.wait()

    async def closed(self) -> str:
        """Waits until nothing follows; answers why."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while self._over is None:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"{self._what} went on; there was {self.all}")
            await _happens(self._more, left)
        return self._over


async def _happens(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
