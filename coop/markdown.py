"""Markdown that people write, as HTML that cannot do harm.

HTML in the text is shown as text, images are left out, and every heading is an h3: a page has its own h1 and h2.
"""

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "h3", "strong", "em", "a", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def tokens(text: str) -> list[Token]:
    """Return a Markdown text as the parser reads it, for what draws it elsewhere than on a page."""
    return _parser.parse(text)


def plain(text: str) -> str:
    """Return a Markdown text without its marks, in one line, for a summary."""
    lines = (token for token in tokens(text) if token.type in {"inline", "fence", "code_block"})
    return " ".join(" ".join(_words(token)) for token in lines)


def render(text: str) -> Markup:
    """Return the HTML of a Markdown text."""
    read = tokens(text)
    for token in read:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3"
    html = _parser.renderer.render(read, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned in the line above


def register(app: Flask) -> None:
    """Make both known to the templates, as `markdown` and `plain`."""
    app.add_template_filter(render, "markdown")
    app.add_template_filter(plain)


def _words(token: Token) -> list[str]:
    """Return the words of a line of a text: what is written, without marks and addresses."""
    pieces = token.children if token.children is not None else [token]
    return "".join(piece.content or " " * piece.type.endswith("break") for piece in pieces).split()
