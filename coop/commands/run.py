"""`coop run` and `coop worker`: serving the pages, and doing what is due."""

import os
import signal
import socket
import threading
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces

from coop import worker as duties
from coop.commands.context import configured, open_app, require_current
from coop.config import Config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--processes", type=click.IntRange(1, 64), help="Web processes (PostgreSQL only). Default: one per core.")
@click.option("--with-worker", is_flag=True, help="Run the worker beside the server, in a thread.")
def run(host: str, port: int, processes: int | None, with_worker: bool) -> None:
    """Serve the pages with Granian.

    On SQLite one process serves, because one writing process is faster than two; on PostgreSQL as many as there are cores.

    \b
    Example:
      coop run --with-worker
    """
    config = configured()
    require_current(config)
    serve(config, host=host, port=port, processes=processes, with_worker=with_worker)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Deliver the outbox, close votes whose time has come, seal the books.

    \b
    Example:
      coop worker --once
    """
    require_current(configured())
    with open_app() as app:
        if once:
            click.echo(f"{duties.run_once(app)} done", err=True)
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        duties.run_forever(app, stop)


def require_free_port(host: str, port: int) -> None:
    """End the command if somebody listens there already: the server would share the port with them unnoticed."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
            ) from error


def serve(config: Config, *, host: str, port: int, processes: int | None, with_worker: bool) -> None:
    """Serve until a signal ends it. SQLite is served by one process."""
    require_free_port(host, port)
    on_sqlite = config.database_url.startswith("sqlite")
    if on_sqlite and processes and processes > 1:
        raise click.ClickException("SQLite is served by one process; use PostgreSQL for more")
    workers = 1 if on_sqlite else processes or os.cpu_count() or 1
    # The serving processes read this. Several workers share their work by leases, so each process may run one.
    os.environ["COOP_SERVE_WITH_WORKER"] = "1" if with_worker else ""
    server: Any = Granian(
        "coop.serving:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=128,
        log_level="warning",  # type: ignore[arg-type]  # an enum that takes its value
        respawn_failed_workers=True,
        working_dir=None,
    )
    server.serve()
