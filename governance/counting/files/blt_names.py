r"""The last part of a BLT file: the names of the candidates and the title, in quotation marks, over as many lines as they take.

A quotation mark within a name is written \" or "". What stands before the names is not known here.
"""

import re

from evidence.messages import N_
from governance.counting.errors import BallotFileError
from governance.counting.files.source import Names, refuse, shown

_NAME_SPACE = re.compile(r"\s*")
#: Possessive, and with a bound, so that a line of any length is read once and in little memory.
_QUOTED = re.compile(r'"((?:[^"\\\n]++|\\[^\n]|""){0,2000}+)"')
_QUOTED_QUOTE = re.compile(r'\\(["\\])|"(")')


def read_names(text: str, count: int, name: str, line: int) -> tuple[tuple[str, ...], str]:
    """Read the names from `line` on and, where there is one, the title.

    After the title some files have a source, a comment and free text; they are read over.

    Raises:
        BallotFileError: there are not as many names as candidates, or one cannot be read.
    """
    names = Names(name)
    titles: list[str] = []
    at = counted = 0
    while (at := _after_name_space(text, at)) < len(text):
        line, counted = line + text.count("\n", counted, at), at
        quoted = _QUOTED.match(text, at)
        if quoted is None and titles:
            break
        if quoted is None:
            raise _not_quoted(text, at, name, line)
        at = quoted.end()
        content = _QUOTED_QUOTE.sub(r"\1\2", quoted.group(1))
        if len(names) < count:
            names.add(content, line)
        elif len(titles) < 3:
            titles.append(names.line_of_text(content, line).strip())
        else:
            raise refuse(name, line, N_("more stands here than %(count)d names and a title"), count=count)
    if len(names) < count:
        raise refuse(
            name,
            line,
            N_("there are %(count)d candidates and %(named)d names"),
            count=count,
            named=len(names),
        )
    return names.all(), titles[0] if titles else ""


def _after_name_space(text: str, at: int) -> int:
    """Return where the next name begins."""
    while True:
        space = _NAME_SPACE.match(text, at)
        at = space.end() if space else at
        if not text.startswith("#", at):
            return at
        end = text.find("\n", at)
        at = len(text) if end < 0 else end


def _not_quoted(text: str, at: int, name: str, line: int) -> BallotFileError:
    """Return the error for something that is no name in quotation marks."""
    rest = text[at : at + 80].partition("\n")[0]
    if rest.startswith('"'):
        return refuse(name, line, N_("the quotation mark of “%(text)s” is not closed"), text=shown(rest))
    return refuse(name, line, N_("a name in quotation marks is expected, not “%(text)s”"), text=shown(rest))
