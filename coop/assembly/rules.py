"""What the database itself refuses in the assembly: by-laws, resolutions and recorded boards are only ever added."""

from coop.assembly.bylaws import BylawVersion
from coop.assembly.models import BoardTerm
from coop.assembly.resolutions import Resolution
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

RULES: tuple[Rule, ...] = (
    *(rule for mapped in (BylawVersion, Resolution, BoardTerm) for rule in append_only(table_of(mapped))),
    refuse(
        "motion_keeps_its_vote",
        "motion",
        "UPDATE",
        [
            Case(
                "OLD.stage = 'opened' AND (NEW.stage <> 'opened' OR NEW.proposal_id <> OLD.proposal_id"
                " OR NEW.bylaws_id <> OLD.bylaws_id OR NEW.kind <> OLD.kind)",
                "assembly: a motion that was put to the vote stays as it is",
            )
        ],
    ),
)
