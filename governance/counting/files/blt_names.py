r"""The last part of a BLT file: the names of the candidates and the title.

They stand in quotation marks, over as many lines as they take; a quotation mark within a name is written \" or "". Files of
Scottish councils have them otherwise too: without quotation marks, each on a line of its own, or each with the party in quotation
marks of its own beside it. What stands before the names is not known here.
"""

import re

from evidence.messages import N_
from governance.counting.errors import BallotFileError
from governance.counting.files.source import Names, refuse, shown

_NAME_SPACE = re.compile(r"\s*")
#: Possessive, and with a bound, so that a line of any length is read once and in little memory.
_QUOTED = re.compile(r'"((?:[^"\\\n]++|\\[^\n]|""){0,2000}+)"')
_QUOTED_QUOTE = re.compile(r'\\(["\\])|"(")')
#: A name and a party beside it. A quotation mark within either is not looked for: such a line is read as one name.
_NAME_AND_PARTY = re.compile(r'"([^"\n]*+)"[ \t]++"([^"\n]*+)"')

_Line = tuple[int, str]


def read_names(text: str, count: int, name: str, line: int) -> tuple[tuple[str, ...], str]:
    """Read the names from `line` on and, where there is one, the title.

    After a title in quotation marks some files have a source, a comment and free text; they are read over.

    Raises:
        BallotFileError: there are not as many names as candidates, or one cannot be read.
    """
    begins = text[_after_name_space(text, 0) :][:1]
    if begins and begins != '"':
        return _names_by_line(_lines(text, line), count, name)
    if '" "' in text or '"\t"' in text:
        lines = _lines(text, line)
        if _has_parties(lines, count):
            return _names_by_line(lines, count, name)
    return _names_by_quotes(text, count, name, line)


def _lines(text: str, first: int) -> list[_Line]:
    """Return the lines with something on them but a comment, each with its number."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.split("\n"), first))
    return [(number, line) for number, line in numbered if line and not line.startswith("#")]


def _has_parties(lines: list[_Line], count: int) -> bool:
    """Return whether there is a name and a party on each line, and then a line with the title.

    One candidate's name and party cannot be told from a name and a title.
    """
    if count < 2 or len(lines) != count + 1:
        return False
    return [bool(_NAME_AND_PARTY.fullmatch(line)) for _, line in lines] == [True] * count + [False]


def _names_by_line(lines: list[_Line], count: int, name: str) -> tuple[tuple[str, ...], str]:
    """Read a name from each line, and the title from one more.

    Two candidates of one name differ by their party, which stands behind it in brackets.
    """
    names = Names(name)
    for number, line in lines[:count]:
        both = _NAME_AND_PARTY.fullmatch(line)
        called, party = both.groups() if both else (_bare(line), "")
        names.add(f"{called} ({party})" if party.strip() else called, number)
    if len(names) < count:
        raise _too_few(name, lines[-1][0], count, len(names))
    title = ""
    for number, line in lines[count : count + 2]:
        if title:
            raise refuse(name, number, N_("more stands here than %(count)d names and a title"), count=count)
        title = names.line_of_text(_bare(line), number).strip()
    return names.all(), title


def _bare(line: str) -> str:
    """Return a line without the quotation marks around all of it."""
    quoted = _QUOTED.fullmatch(line)
    return _QUOTED_QUOTE.sub(r"\1\2", quoted.group(1)) if quoted else line


def _names_by_quotes(text: str, count: int, name: str, line: int) -> tuple[tuple[str, ...], str]:
    """Read what stands in quotation marks, the names first; a title may do without them."""
    names = Names(name)
    titles: list[str] = []
    at = counted = 0
    while (at := _after_name_space(text, at)) < len(text):
        line, counted = line + text.count("\n", counted, at), at
        quoted = _QUOTED.match(text, at)
        if quoted is None and titles:
            break
        if quoted is None and len(names) == count and text[at] != '"':
            titles.append(names.line_of_text(text[at:].partition("\n")[0], line).strip())
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
        raise _too_few(name, line, count, len(names))
    return names.all(), titles[0] if titles else ""


def _too_few(name: str, line: int, count: int, named: int) -> BallotFileError:
    return refuse(name, line, N_("there are %(count)d candidates and %(named)d names"), count=count, named=named)


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
