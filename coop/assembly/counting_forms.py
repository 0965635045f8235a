"""The fields by which whoever opens a vote among options chooses how it is counted."""

from collections.abc import Sequence

from flask_babel import lazy_gettext
from wtforms import RadioField

from coop.assembly.counting_rules import USUAL, Asked
from coop.forms import Form, WholeField, choices
from governance.methods import MOST_POINTS


class CountingForm(Form):
    """The rule and its figures. What is not offered is not asked."""

    rule = RadioField(lazy_gettext("How the votes are counted"), validate_choice=True)
    cap = WholeField(
        lazy_gettext("Most for one"),
        least=1,
        most=MOST_POINTS,
        description=lazy_gettext("Only for score and STAR (empty: 5 points) and for dots (empty: 3 dots)."),
    )
    dots = WholeField(
        lazy_gettext("Dots of each voter"),
        least=1,
        most=MOST_POINTS,
        description=lazy_gettext("Only for dots (empty: 5)."),
    )

    def offer_rules(self, rules: Sequence[tuple[str, str]]) -> None:
        """Set the rules, the usual one chosen beforehand; without any there are no such fields."""
        if rules:
            self.rule.choices = choices(rules)
            self.rule.data = self.rule.data or USUAL
        else:
            del self.rule, self.cap, self.dots

    def to_rule(self) -> Asked:
        """Return what was chosen."""
        return Asked(self.rule.data, self.cap.number, self.dots.number) if self.rule else Asked()
