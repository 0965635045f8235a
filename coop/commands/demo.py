"""`coop demo`: build the demonstration if there is none, and serve it with its worker."""

import os
import secrets
import time
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask

from coop import logs
from coop.checking import all_findings
from coop.commands.context import open_app
from coop.commands.init import prepare_database
from coop.commands.run import require_free_port, serve
from coop.config import Config, ConfigurationError, read_config
from coop.cooperative import find
from coop.database import db
from coop.demonstration.build import PASSWORD, build
from coop.demonstration.roles import ROLES


@click.command()
@click.option("--build-only", is_flag=True, help="Build it and end, without serving.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("instance/demo"),
    show_default=True,
    help="Where its database and files are kept, unless COOP_... variables say otherwise.",
)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def demo(build_only: bool, folder: Path, port: int) -> None:
    """Build a demonstration co-operative in a fresh database and serve it on 127.0.0.1.

    A demonstration that is there already is kept and served. A database with a real co-operative is refused.

    \b
    Example:
      coop demo --port 5000
    """
    config = demo_config(folder, port)
    if not build_only:
        require_free_port("127.0.0.1", port)
    prepare_database(config)
    with open_app(config) as app:
        existing = find(db.session())
        if existing is not None and not existing.is_demo:
            raise click.ClickException(
                f"this database holds {existing.name}, which is no demonstration; name another one"
            )
        if existing is None:
            _build(app)
    if not build_only:
        click.echo(_welcome(port))
        for name, value in _environment(config).items():
            os.environ[name] = value
        serve(config, host="127.0.0.1", port=port, processes=None, with_worker=True)


def _build(app: Flask) -> None:
    """Build the demonstration, and check it as any other co-operative."""
    began = time.monotonic()
    # Half a thousand payments in seconds would drown the lines of progress.
    logs.configure(quiet=True)
    build(app, _progress)
    logs.configure()
    findings = all_findings(db.session())
    if findings:
        raise click.ClickException("\n".join(f"{finding.check}: {finding.detail}" for finding in findings))
    click.echo(f"Built in {time.monotonic() - began:.1f} seconds; every check holds.", err=True)


def demo_config(folder: Path, port: int) -> Config:
    """Return the configuration of the demonstration: its own folder, a random secret kept there, mail into files."""
    environ = dict(os.environ)
    environ.setdefault("COOP_INSTANCE_PATH", str(folder.absolute()))
    environ.setdefault("COOP_BASE_URL", f"http://127.0.0.1:{port}")
    if not environ.get("COOP_SECRET_KEY") and not environ.get("COOP_SECRET_KEY_FILE"):
        environ["COOP_SECRET_KEY"] = _kept_secret(Path(environ["COOP_INSTANCE_PATH"]) / "secret-key")
    try:
        config = read_config(environ)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    return replace(config, mail_url=f"file:{config.instance_path / 'mail'}")


def _kept_secret(path: Path) -> str:
    """Return the secret key that is kept in a file, and make it the first time."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _environment(config: Config) -> dict[str, str]:
    """Return the configuration as variables, for the serving processes."""
    return {
        "COOP_DATABASE_URL": config.database_url,
        "COOP_SECRET_KEY": config.secret_key,
        "COOP_INSTANCE_PATH": str(config.instance_path),
        "COOP_BASE_URL": config.base_url,
        "COOP_MAIL_URL": config.mail_url,
    }


def _progress(message: str) -> None:
    click.echo(f"  {message}", err=True)


def _welcome(port: int) -> str:
    roles = "\n".join(f"    {role.email:<34} {role.label}" for role in ROLES)
    return f"""
Kanopi is open: http://127.0.0.1:{port}

  Open "Demonstration" at the top of any page and sign in as somebody with one click, or with the
  password {PASSWORD} as:

{roles}

  Things to try:
    as Ngaio           vote on what is open, see what came back of the surplus, and why
    as participant     buy a session of coaching on the practice page, let it fail, then pay
    as representative  join the fellowship for a group, by invoice with an order number
    as board           admit the applicant who waits, read the annual report
    as treasurer       explain the bank line that waits, refund an order, read the statements
    as secretary       confirm a session that was held, open the by-election
    signed out         join the community (free); the mail is under "Demonstration"

  The whole second year can be walked: "Demonstration" moves the date, README.md has the steps.

  Stop with Ctrl+C. `make demo` again keeps everything; `make demo-reset` starts over.
"""
