"""The smallest balancer that does what one must: each request goes to the next server that is ready.

    python -m benchmarks.faults.balancer PORT SERVER-PORT...

A server is ready while its /readyz answers 200 when asked each half second. Where one refuses the connection nothing
was sent yet, so the next is tried; a request that was sent is never sent again, whatever becomes of it: who asked gets
502 and decides. Without any server the answer is 503 with Retry-After. One request a connection, so that two requests
of one browser seldom meet the same server: what a server kept to itself would be missed.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from contextlib import suppress

LOOKS = 0.5  #: seconds between two looks at a server
PATIENCE = 2.0  #: seconds until a server that says nothing to a look is not ready
HEAD = 64 * 1024  #: bytes that the head of a request may have

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Balancer:
    """Which servers there are, and which are ready."""

    def __init__(self, servers: list[int]) -> None:
        self.ready: set[int] = set()
        self._turns: Iterator[int] = itertools.cycle(servers)
        self._servers = servers

    async def look(self, port: int) -> None:
        """Look again and again whether the server at PORT is ready."""
        while True:
            try:
                is_ready = await asyncio.wait_for(_is_ready(port), PATIENCE)
            except (OSError, TimeoutError, ValueError):
                is_ready = False
            (self.ready.add if is_ready else self.ready.discard)(port)
            await asyncio.sleep(LOOKS)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            server = await self._connected()
            if server is None:
                writer.write(_said("503 Service Unavailable", "Retry-After: 1\r\n"))
            elif not await _passed_on(head, reader, server, writer):
                writer.write(_said("502 Bad Gateway"))
            await writer.drain()
        writer.close()

    async def _connected(self) -> Streams | None:
        for port in itertools.islice(self._turns, len(self._servers)):
            if port in self.ready:
                try:
                    return await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    self.ready.discard(port)  # until it is looked at again
        return None


async def _is_ready(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return b" 200 " in line


async def _passed_on(head: bytes, body: asyncio.StreamReader, server: Streams, to: asyncio.StreamWriter) -> bool:
    """Send a request on and its answer back; return whether there was any answer."""
    answer, request = server
    first, *lines = head[:-4].split(b"\r\n")
    fields = [line for line in lines if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    request.write(b"\r\n".join([first, *fields, b"Connection: close", b"", b""]))
    came = 0
    try:
        request.write(await body.readexactly(length))
        while piece := await answer.read(HEAD):
            came += len(piece)
            to.write(piece)
            await to.drain()
    except ConnectionError:
        pass  # the server is gone: who asked sees an answer that ends too soon, or none
    finally:
        request.close()
    return came > 0


def _said(status: str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


async def main(port: int, servers: list[int]) -> None:
    """Serve at PORT until killed."""
    balancer = Balancer(servers)
    listening = await asyncio.start_server(balancer.serve, "127.0.0.1", port, limit=HEAD)
    await asyncio.gather(listening.serve_forever(), *map(balancer.look, servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
