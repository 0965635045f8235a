"""Serving two applications by the same server, sending both the same number of requests in turn, and what that took them.

The clock says what the clients waited for. The processor's time is that of the serving processes alone, which other work on the
machine hardly changes; what a PostgreSQL server takes is in neither.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

#: How many clients send at once, each over a connection that it keeps.
CLIENTS = 8
#: As `coop run` has it.
_THREADS = 4


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire, and the status that its answer must have."""

    sent: bytes
    status: int = 200


@dataclass(frozen=True)
class Server:
    """An application that is served, by a process and those that it began."""

    port: int
    processes: tuple[int, ...]

    def processor_s(self) -> float:
        """Return how long the processor has worked for the serving processes."""
        # How Linux names the clock of another process.
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.processes)


@dataclass(frozen=True)
class Round:
    """What one round took a side, for each request."""

    wall_s: float
    cpu_s: float


def post(path: str, body: str, cookie: str = "", status: int = 200) -> Request:
    """Return a form as a browser sends it."""
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    return Request(_head("POST", path, cookie, f"{kind}Content-Length: {len(body)}\r\n") + body.encode(), status)


def get(path: str, cookie: str = "") -> Request:
    """Return the request for a page as a browser sends it."""
    return Request(_head("GET", path, cookie))


def measure(title: str, rounds: int, sides: Mapping[str, tuple[Server, Callable[[], Sequence[Request]]]]) -> None:
    """Send all sides their requests in turn and print the medians, and the median ratio of ours to each other.

    The first round is not counted: there, statements and templates are compiled.
    """
    spent: dict[str, list[Round]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, (server, requests) in sides.items():
            took = _round(server, requests())
            if number:
                spent[name].append(took)
    print(title)
    for name, all_ in spent.items():
        wall, cpu = (statistics.median(getattr(one, key) for one in all_) for key in ("wall_s", "cpu_s"))
        times = f"{wall * 1e3:9.3f} ms by the clock {cpu * 1e3:9.3f} ms of its processes"
        print(f"  {name:<28}{times}{_ratio(spent['ours'], all_) if name != 'ours' else ''}")


def _ratio(ours: Sequence[Round], others: Sequence[Round]) -> str:
    wall, cpu = (
        statistics.median(getattr(one, key) / getattr(other, key) for one, other in zip(ours, others, strict=True))
        for key in ("wall_s", "cpu_s")
    )
    return f"   ours takes {wall:.2f} x by the clock, {cpu:.2f} x of the processor"


def _round(server: Server, requests: Sequence[Request]) -> Round:
    shares = [requests[start::CLIENTS] for start in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        cpu, wall = server.processor_s(), time.perf_counter()
        for _ in clients.map(partial(_client, server.port), shares):
            pass
        wall, cpu = time.perf_counter() - wall, server.processor_s() - cpu
    return Round(wall / len(requests), cpu / len(requests))


def _client(port: int, requests: Sequence[Request]) -> None:
    """Send requests one after the other over one connection.

    Raises:
        RuntimeError: an answer has another status than it must have.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire, wire.makefile("rb") as answers:
        for one in requests:
            wire.sendall(one.sent)
            first, length = answers.readline(), 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            body = answers.read(length)
            if int(first.split()[1]) != one.status:
                raise RuntimeError(f"{first!r} for {one.sent[:80]!r}: {body[:2000]!r}")


def _head(method: str, path: str, cookie: str, more: str = "") -> bytes:
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookies}{more}\r\n".encode()


@contextmanager
def served(target: str, environ: Mapping[str, str], processes: int) -> Iterator[Server]:
    """Serve an application in processes of its own until the work is done."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(processes), "--blocking-threads", str(_THREADS)]
    command += ["--backpressure", "128", "--log-level", "error", target]
    server = subprocess.Popen(command, env={**os.environ, **environ})
    try:
        _await(port)
        yield Server(port, (server.pid, *_children(server.pid)))
    finally:
        server.terminate()
        server.wait(timeout=30)


def _children(pid: int) -> tuple[int, ...]:
    """Return the processes that a process began, and those that they began."""
    begun = [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").iterdir()
        for child in (tasks / "children").read_text().split()
    ]
    return tuple(found for child in begun for found in (child, *_children(child)))


def _await(port: int) -> None:
    """Wait until somebody answers.

    Raises:
        TimeoutError: nobody does within a minute.
    """
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")
