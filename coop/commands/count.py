"""`coop count`: count a ballot file by one of the rules.

It needs no database and no configuration, so that anybody can check a result at home. How a result is laid out for a terminal is
the business of `count_text`; what is counted, and how, that of `governance.counting`.
"""

import csv
import json
import shutil
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from textwrap import fill

import click

from coop.commands.count_text import as_text
from evidence.collector import unswept
from evidence.messages import Refusal
from evidence.spreadsheets import plain_cell
from governance.counting.files import KINDS, Source, read_ballots, read_budget, read_points
from governance.counting.lots import drawn
from governance.counting.profiles import BudgetProfile, PointsProfile, Profile
from governance.counting.rules import RULES, Rule, rule_named
from governance.counting.writing import stages

#: Above this size of file a person at a terminal is told what is going on.
NOTED_BYTES = 2_000_000

EPILOG = """\b
Examples:
  coop count ward.blt --rule scottish-stv
  coop count votes.csv --rule scottish-stv --seats 5 --format json
  coop count - --input-format blt --rule scottish-stv < ward.blt
  coop count ward.blt --rule irv --seats 1 --format csv > stages.csv
  coop count ward.blt --rule scottish-stv --withdrawn 3 --withdrawn 7
  coop count stars.csv --rule star
  coop count board.blt --rule meek-stv-9 --chain-head 5f0c... --public-value "4 8 15 16 23 42"
"""


def _print_rules(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """Print the rules and stop; needs no file."""
    if not asked or context.resilient_parsing:
        return
    for rule in RULES.values():
        click.echo(rule.name)
        for text in (rule.variant, f"Ties: {rule.ties}", f"Source: {rule.source}."):
            click.echo(fill(text, _width(), initial_indent="  ", subsequent_indent="  "))
    context.exit()


@click.command("count", epilog=EPILOG)
@click.argument("file", metavar="FILE")
@click.option("--rule", "rule_name", metavar="RULE", required=True, help="How to count; see --list.")
@click.option("--seats", type=int, help="How many to elect. Counts before what the file says.")
@click.option(
    "--withdrawn",
    type=click.IntRange(1),
    multiple=True,
    metavar="NUMBER",
    help="The number on the ballot paper of who has withdrawn, besides those in the file; may be repeated.",
)
@click.option("--cap", type=click.IntRange(1), help="The most points that a ballot may give one option (star: 5).")
@click.option("--dots", type=click.IntRange(1), help="The most points that a ballot may give all options together.")
@click.option("--chain-head", help="Decide ties by the order that this head of a chain and --public-value give.")
@click.option("--public-value", help="What was announced beforehand, such as the numbers of a lottery.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="A table to read, the result stage by stage for other programs, or the table of stages for spreadsheets.",
)
@click.option(
    "--input-format",
    type=click.Choice(KINDS),
    help="The kind of file, where its name does not say.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="List the rules, each with its variant and source.",
)
@unswept()
def count(
    file: str,
    rule_name: str,
    seats: int | None,
    withdrawn: tuple[int, ...],
    cap: int | None,
    dots: int | None,
    chain_head: str | None,
    public_value: str | None,
    output: str,
    input_format: str | None,
) -> None:
    """Count a file of ballots: BLT, PrefLib (.soi .soc .toi .toc), CSV, or for budgets Pabulib (.pb).

    FILE may be "-" for standard input, with --input-format. The cells of a CSV file are preferences, or for the rules score, star
    and dots the points. A file with a bad line is refused as a whole, with exit code 2 and a message that names the line.
    """
    if (chain_head is None) != (public_value is None):
        raise click.UsageError("--chain-head and --public-value make a lot only together")
    try:
        rule = rule_named(rule_name)
        if rule.ballots is not PointsProfile and (cap or dots):
            raise click.UsageError("--cap and --dots are for rules that count points")
        profile = _without(_profile(rule, file, input_format, cap, dots), withdrawn)
        drawing = None
        if chain_head is not None and public_value is not None:
            drawing = drawn(len(profile.candidates), chain_head=chain_head, public_value=public_value)
        result = rule.count(profile, seats, drawing.order if drawing else None)
    except Refusal as refusal:
        click.echo(f"coop count: {refusal}", err=True)
        sys.exit(2)
    if output == "csv":
        table = StringIO()
        csv.writer(table, lineterminator="\n").writerows(map(plain_cell, row) for row in stages.rows(result))
        click.echo(table.getvalue(), nl=False)
    elif output == "json":
        drawn_from = {"lot_drawn_from": drawing.to_canonical()} if drawing else {}
        click.echo(json.dumps(result.to_canonical() | drawn_from, indent=1, ensure_ascii=False))
    else:
        click.echo(as_text(result, _width(), drawing))


def _profile(rule: Rule, file: str, input_format: str | None, cap: int | None, dots: int | None) -> Profile:
    """Read the file, and say so where that takes a while and somebody looks on."""
    if file == "-":
        if input_format is None:
            raise click.UsageError("standard input needs --input-format")
        return _read(rule, sys.stdin.buffer, "standard input", input_format, cap, dots)
    path = Path(file)
    large = path.is_file() and path.stat().st_size > NOTED_BYTES and sys.stderr.isatty()
    if large:
        click.echo(f"Reading {path.name} ({path.stat().st_size // 10**6} MB) ...", err=True)
    profile = _read(rule, path, path.name, input_format, cap, dots)
    if large:
        click.echo(
            f"Counting {sum(profile.ballots.values()):,} ballots, {len(profile.ballots):,} of them different ...",
            err=True,
        )
    return profile


def _without(profile: Profile, withdrawn: tuple[int, ...]) -> Profile:
    """Return the profile with these candidates, by their numbers from 1, struck from every ballot."""
    if not withdrawn:
        return profile
    if isinstance(profile, BudgetProfile):
        raise click.UsageError("--withdrawn is for candidates; leave a project out of the file")
    if max(withdrawn) > len(profile.candidates):
        raise click.UsageError(f"--withdrawn {max(withdrawn)}: there are {len(profile.candidates)} candidates")
    return replace(profile, withdrawn=profile.withdrawn | {number - 1 for number in withdrawn})


def _read(
    rule: Rule, source: Source, name: str, input_format: str | None, cap: int | None, dots: int | None
) -> Profile:
    """Read the kind of ballots that the rule counts."""
    if rule.ballots is PointsProfile:
        return read_points(source, name, input_format, cap=rule.cap if cap is None else cap, dots=dots)
    if rule.ballots is BudgetProfile:
        return read_budget(source, name, input_format)
    return read_ballots(source, name, input_format)


def _width() -> int:
    """Return how wide the text may be."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 160))
