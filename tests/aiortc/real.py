"""The real server and the native agent as processes; a test has each for itself and leaves none behind."""

import asyncio
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from heard import PATIENCE, Heard

BINARIES = Path(os.environ.get("ALONGSIDE_BINARIES", Path(__file__).parents[2] / "target" / "debug"))


class Server:
    """`alongside-signaling` with a team of its own, on a free port of loopback."""

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="alongside-aiortc-")
        home = Path(self._home.name)
        arguments = ["--listen", "127.0.0.1:0", "--stun", "127.0.0.1:0", "--demo"]
        self._log = open(home / "log", "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [BINARIES / "alongside-signaling", *arguments, "--demo-team", home / "team.pem"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        printed: dict[str, str] = {}
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = re.fullmatch(r"(listening|stun|demo page|console) +(\S+)\n", line)
            if found:
                printed[found[1]] = found[2]
            if "console" in printed:
                break
        else:
            self._log.seek(0)
            raise RuntimeError(f"the server did not start: {self._log.read()}")
        self.origin = printed["listening"]
        self.page = printed["demo page"]
        host, _, port = printed["stun"].removeprefix("udp://").rpartition(":")
        self.stun = (host, int(port))
        self.team_key = home / "team.pem"
        # What an invite says of itself: version, team, two keys, the certificate.
        self.team = printed["console"].split("invite=")[1].split(".")[1]

    def invite(self, *options: str) -> str:
        """Lets a helper in, as the team's owner does."""
        arguments = [
            "team",
            "invite",
            "--team",
            self.team_key,
            "--name",
            "Dana",
            "--url",
            self.origin,
            *options,
        ]
        made = subprocess.run(
            [BINARIES / "alongside-agent", *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return made.stdout.strip()

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)
        self._log.close()
        self._home.cleanup()


class Native:
    """One `alongside-agent … --json`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard = Heard("the native agent", tag="event")
        self.errors = b""
        self._reading = asyncio.gather(self._read(), self._read_errors())

    @classmethod
    async def start(cls, *arguments: str, first: str = "") -> "Native":
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            BINARIES / "alongside-agent", *arguments, "--json", stdin=pipe, stdout=pipe, stderr=pipe
        )
        agent = cls(process)
        assert process.stdin is not None
        process.stdin.write(first.encode())
        return agent

    @classmethod
    async def helper(cls, invite: str, *options: str) -> "Native":
        """A helper at work, who takes everybody."""
        agent = await cls.start("help", "-", "--auto-accept", *options, first=f"{invite}\n")
        await agent.heard.until("enlisted")
        return agent

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.heard.put(json.loads(line))
        self.heard.close(f"it has ended: {self.errors.decode()}")

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.errors += line

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, command: str, **fields: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **fields}).encode() + b"\n")

    async def quit(self) -> int:
        """Ends it by the end of its input; answers its exit status."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def close(self) -> None:
        """Ends it, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading
