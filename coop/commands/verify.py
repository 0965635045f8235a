"""`coop verify`: check a result bundle.

It needs no database and no configuration. The file `verify.py` in a bundle makes the same checks without this program.
"""

import sys
from pathlib import Path

import click

from governance.bundles.checking import Line, Word, checked
from governance.bundles.packing import Unreadable, unpack


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, exists=True))
@click.option("--head", default="", help="A head of the chain that somebody wrote down: is it in this chain?")
@click.option("--receipt", default="", help="The receipt of a secret ballot: was it counted?")
@click.option("--digest", default="", help="The digest that the page of the vote shows: is this that bundle?")
def verify(bundle: Path, head: str, receipt: str, digest: str) -> None:
    """Check a result bundle: chain, roll, ballots, count, outcome. Exit with 1 if anything does not hold.

    BUNDLE is the ZIP as it was downloaded, or the folder into which it was unpacked. There is a line for each check.

    \b
    Example:
      coop verify result.zip --head 5f0c2a...
    """
    try:
        lines = list(checked(unpack(bundle), digest=digest, head=head, receipt=receipt))
    except Unreadable as error:
        lines = [Line(Word.FAILED, "bundle", str(error))]
    except OSError as error:
        raise click.ClickException(f"{bundle} cannot be read: {error.strerror}") from error
    for line in lines:
        click.echo(line)
    failed = sum(line.word is Word.FAILED for line in lines)
    click.echo(f"\n{failed} of these do not hold." if failed else "\nEverything that can be checked holds.")
    if failed:
        sys.exit(1)
