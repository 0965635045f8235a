"""The command line: `coop COMMAND`. Each command is a file of `coop/commands` and is loaded when it is called."""

import importlib
from typing import Any

import click

_COMMANDS = {
    "backup": "coop.commands.backups:backup",
    "check": "coop.commands.check:check",
    "count": "coop.commands.count:count",
    "demo": "coop.commands.demo:demo",
    "factor": "coop.commands.factor:factor",
    "init": "coop.commands.init:init",
    "ledger": "coop.commands.ledger:ledger",
    "report": "coop.commands.report:report",
    "restore": "coop.commands.backups:restore",
    "run": "coop.commands.run:run",
    "surplus": "coop.commands.surplus:surplus",
    "tax": "coop.commands.tax:tax",
    "verify": "coop.commands.verify:verify",
    "worker": "coop.commands.run:worker",
    "year": "coop.commands.year:year",
}


class Commands(click.Group):
    """Finds a command by name without importing the others: counting a ballot file needs no web."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coop")
def main() -> None:
    """Run the engine of a platform co-operative: members, votes, books and surplus.

    Configuration comes from COOP_... variables; see docs/running.md.
    """
