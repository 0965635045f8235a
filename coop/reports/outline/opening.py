"""The first parts: what is new in this edition, the chair's letter, the year in figures and what came of it."""

from flask_babel import gettext

from coop.formats import format_money, format_percent, format_whole
from coop.reports.blocks import Block, Figure, Figures, Part, Prose, Sentence
from coop.reports.content import Content


def parts(content: Content) -> list[Part]:
    """Return the parts before the accounts of the people."""
    found = []
    if content.edition.number > 1:
        found.append(_reason(content))
    if content.letters.letter:
        letter = Prose(content.letters.letter, content.letters.chair)
        found.append(Part("letter", gettext("From the chair"), (letter,)))
    return [*found, _year(content), _impact(content)]


def _reason(content: Content) -> Part:
    before = gettext(
        "It takes the place of edition %(number)s, which stays readable as it was published.",
        number=content.edition.number - 1,
    )
    return Part(
        "edition", gettext("Why there is a new edition"), (Prose(content.edition.reason), Sentence(before, quiet=True))
    )


def _year(content: Content) -> Part:
    currency, statements = content.house.currency, content.statements
    closing, opening = sum(one.closing for one in content.members), sum(one.opening for one in content.members)
    result = statements.result_minor
    taken = [one for one in content.decisions if not one.is_later]
    turnout, roll = sum(one.turnout for one in taken), sum(one.roll for one in taken)
    items = [
        Figure(
            gettext("Members"), format_whole(closing), gettext("%(number)s a year before", number=format_whole(opening))
        ),
        Figure(
            gettext("Decisions of the members"),
            format_whole(len(taken)),
            gettext("%(percent)s took part on average", percent=format_percent(turnout, roll)) if roll else "",
        ),
        Figure(
            gettext("Services sold"),
            format_whole(content.impact.orders),
            gettext("and %(number)s sales by members in the marketplace", number=format_whole(content.impact.sales)),
        ),
        Figure(gettext("Income"), format_money(statements.income.total_minor, currency)),
        Figure(gettext("Costs"), format_money(statements.expenses.total_minor, currency)),
        Figure(
            gettext("Surplus") if result >= 0 else gettext("Deficit"),
            format_money(abs(result), currency),
            gettext("before anything is distributed") if result > 0 else "",
        ),
    ]
    return Part("year", gettext("The year in figures"), (Figures(tuple(items)),))


def _impact(content: Content) -> Part:
    impact = content.impact
    hours, minutes = divmod(impact.coaching_minutes, 60)
    coached = (
        format_whole(hours)
        if not minutes
        else gettext("%(hours)s h %(minutes)s min", hours=format_whole(hours), minutes=minutes)
    )
    items = (
        Figure(
            gettext("Places in fellowships"), format_whole(impact.fellows), gettext("in cohorts that met in the year")
        ),
        Figure(gettext("Hours of coaching"), coached, gettext("held in the year")),
        Figure(gettext("Sites"), format_whole(impact.sites), gettext("where members work")),
        Figure(
            gettext("Events"),
            format_whole(impact.events),
            gettext("%(number)s places taken", number=format_whole(impact.sign_ups)),
        ),
        Figure(gettext("Introductions"), format_whole(impact.introductions), gettext("of a skill to a need")),
        Figure(gettext("Posts in circles"), format_whole(impact.circle_posts), gettext("among practitioners")),
    )
    blocks: list[Block] = [Figures(items)]
    if content.letters.story:
        blocks.append(Prose(content.letters.story))
    note = gettext(
        "The figures are counted from what happened on the platform; the board writes the words around them and cannot edit the figures."
    )
    blocks.append(Sentence(note, quiet=True))
    return Part("impact", gettext("What came of it"), tuple(blocks))
