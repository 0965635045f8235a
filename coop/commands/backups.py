"""`coop backup` and `coop restore`."""

import sys
from pathlib import Path

import click

from coop import backups, migrating
from coop.checking import all_findings
from coop.commands.context import configured, open_app, progress
from coop.database import db, make_engine


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write database and stored files to FILE, while the co-op goes on working.

    FILE must not exist. It holds everything except COOP_SECRET_KEY: keep it as safe as the database itself.

    \b
    Example:
      coop backup /var/backups/coop-2026-03-31.tar
    """
    config = configured()
    engine = make_engine(config.database_url)
    progress("backing up ...")
    try:
        manifest = backups.make_backup(config, engine, file)
    except (backups.BackupError, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    click.echo(f"{file}: {manifest.database}, revision {manifest.revision}, {len(manifest.files)} files", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Bring a backup into an empty database and an empty instance folder, and check everything.

    \b
    Example:
      COOP_DATABASE_URL=sqlite:////srv/coop/new.sqlite3 coop restore /var/backups/coop-2026-03-31.tar
    """
    config = configured()
    engine = make_engine(config.database_url)
    progress("restoring ...")
    try:
        manifest = backups.restore_backup(config, engine, file)
    except (backups.BackupError, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    if manifest.revision != migrating.head_revision():
        click.echo("the backup is of an older version of the program; migrating", err=True)
        migrating.upgrade(config.database_url)
    with open_app(config):
        findings = all_findings(db.session())
    for finding in findings:
        click.echo(f"{finding.check}: {finding.detail}")
    if findings:
        sys.exit(1)
    click.echo(f"restored the backup of {manifest.made_at}; every check holds", err=True)
