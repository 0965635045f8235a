"""The house keeps its own rules: one place commits, every route has a guard, every command is documented."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask import Flask

from coop.app import UnguardedRoute, create_app
from coop.cli import main
from coop.database import db
from coop.errors import STATUSES, status_of
from coop.permissions import guard_of, is_signed_by_sender
from evidence.messages import Refusal
from tests.databases import TestDatabase
from tests.founded import make_config

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("coop", "evidence", "governance", "ledger")


def sources() -> list[Path]:
    """Return all files of the program."""
    return sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py"))


def calls(path: Path) -> list[tuple[str, int]]:
    """Return the names of the methods that a file calls, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.func.attr, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]


def test_only_the_one_door_commits() -> None:
    """`commit` and `rollback` are called in coop/database.py only; a savepoint is none of its business."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources()
        if path != ROOT / "coop" / "database.py"
        for name, line in calls(path)
        if name in {"commit", "rollback"}
    ]
    assert found == []


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        if path not in {ROOT / "coop" / "clock.py", ROOT / "evidence" / "identifiers.py"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(", line)
    ]
    assert found == []


def test_the_arrows_between_the_parts_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_route_has_a_guard(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if guard_of(view) is None] == []


def test_only_the_webhook_is_sent_to_without_the_token_of_a_form(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if is_signed_by_sender(view)] == ["paying.stripe_webhook"]


def test_a_route_without_a_guard_does_not_start(founded: TestDatabase, tmp_path: Path) -> None:
    from coop import rooms

    original = rooms.init_app
    config = make_config(founded, tmp_path)

    def with_a_hole(app: Flask) -> None:
        original(app)
        with app.app_context():
            db.engine.dispose()
        app.add_url_rule("/hole", "hole", lambda: "open")

    rooms.init_app = with_a_hole
    try:
        with pytest.raises(UnguardedRoute, match="hole"):
            create_app(config)
    finally:
        rooms.init_app = original


def commands(group: click.Group, prefix: str = "coop") -> list[tuple[str, click.Command]]:
    """Return all commands with their full names."""
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix} {name}")
        else:
            found.append((f"{prefix} {name}", command))
    return found


def test_every_command_has_help_with_an_example_and_stands_in_the_documents() -> None:
    documents = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "docs" / "running.md").read_text(
        encoding="utf-8"
    )
    for name, command in commands(main):
        assert command.help, name
        assert re.search("Examples?:", f"{command.help}{command.epilog}"), name
        assert name in documents, f"{name} is not documented"


def test_every_variable_of_the_configuration_is_documented() -> None:
    variables = set(re.findall(r"COOP_[A-Z_]+", (ROOT / "coop" / "config.py").read_text(encoding="utf-8")))
    documented = set(re.findall(r"COOP_[A-Z_]+", (ROOT / "docs" / "running.md").read_text(encoding="utf-8")))
    assert variables - documented - {"COOP_"} == set()


def every_refusal(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Return all classes of refusal that the program has loaded."""
    found = []
    for child in base.__subclasses__():
        found += [child, *every_refusal(child)]
    return found


def test_every_refusal_has_a_message_whose_placeholders_are_its_fields(app: Flask) -> None:
    for refusal in every_refusal():
        # A cause in a ballot file brings its own text.
        if refusal.__subclasses__() or refusal.__name__ == "Cause":
            continue
        names = set(re.findall(r"%\((\w+)\)", refusal.message))
        fields = set(getattr(refusal, "__dataclass_fields__", {}))
        assert names <= fields, f"{refusal.__qualname__}: {names - fields}"
        assert refusal.message.endswith((".", "?", ")", "init", "s")), refusal.__qualname__


def test_a_refusal_takes_the_status_of_its_nearest_ancestor() -> None:
    class Child(next(iter(kind for kind in STATUSES if STATUSES[kind] == 404))):  # type: ignore[misc]
        message = "none"

    assert status_of(Child()) == 404


def test_no_file_is_uncomfortably_long() -> None:
    """A file past 400 lines has a seam that somebody should find. The program in a result bundle has to be one file."""
    long = {str(path.relative_to(ROOT)) for path in sources() if len(path.read_text().splitlines()) > 400}
    assert long == {"governance/bundles/verify.py"}


def test_nothing_committed_names_a_machine_or_a_package_host() -> None:
    """Pins name versions only; paths of one machine have no place in the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pattern = re.compile(r"(pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|/root/|/work/)")
    found = [
        name
        for name in listed
        if name != "tests/house/test_structure.py"
        and (ROOT / name).suffix in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".cfg", ""}
        and (ROOT / name).is_file()
        and pattern.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []
