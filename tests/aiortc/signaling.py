"""An agent's connection to the server, by WebSocket."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

import wire
from heard import Heard


class Signaling:
    """A socket; what the server says on it is checked against the document's table, and kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.heard = Heard("the server")
        self.close_code: int | None = None
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def dial(cls, server: str, origin: str | None = None) -> "Signaling":
        """Dials the server at an http or https origin; a page's socket says its own, a program's need not."""
        address = "ws" + server.removeprefix("http") + "/v1/ws"
        socket = await connect(
            address,
            subprotocols=["alongside.v1"],
            origin=origin,
            max_size=wire.MAX_FRAME_BYTES,
            compression=None,
            proxy=None,
        )
        assert socket.subprotocol == "alongside.v1"
        return cls(socket)

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                assert isinstance(raw, str), "the server sends texts alone"
                with suppress(wire.Ignored):
                    self.heard.put(wire.decode(raw, wire.SERVER, wire.MAX_FRAME_BYTES))
        except ConnectionClosed:
            pass
        except (AssertionError, wire.Refused) as error:
            self.heard.close(f"it broke the protocol: {error!r}")
        self.close_code = self._socket.close_code
        self.heard.close(f"closed with {self.close_code}")

    async def say(self, kind: str, **fields: Any) -> None:
        await self.raw(json.dumps({"type": kind, **fields}))

    async def raw(self, message: str | bytes) -> None:
        await self._socket.send(message)

    async def close(self) -> None:
        await self._socket.close()
        await self._reading
