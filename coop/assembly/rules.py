"""What the database itself refuses in the assembly: what has happened is only added, and what was put to members stays."""

from coop.assembly.bindings import MotionBinding
from coop.assembly.bylaws import BylawVersion
from coop.assembly.meetings.models import (
    AgendaItemDropped,
    Attendance,
    MeetingCancellation,
    MeetingNotice,
    MeetingOpening,
    Minutes,
)
from coop.assembly.models import BoardTerm
from coop.assembly.resolutions import Resolution
from coop.assembly.results.models import KeptBundle
from coop.assembly.solvency import Solvency, SolvencySignature
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

_ONLY_ADDED = (
    BylawVersion,
    Resolution,
    BoardTerm,
    AgendaItemDropped,
    Attendance,
    MeetingCancellation,
    MeetingNotice,
    MeetingOpening,
    Minutes,
    MotionBinding,
    Solvency,
    SolvencySignature,
    KeptBundle,
)

_NOTICE = "EXISTS (SELECT 1 FROM meeting_notice n WHERE n.meeting_id = {row}.meeting_id)"
#: Its title may still be erased.
_MOVED = (
    "NEW.meeting_id <> OLD.meeting_id OR NEW.position <> OLD.position OR NEW.kind <> OLD.kind"
    " OR COALESCE(NEW.motion_id <> OLD.motion_id, (NEW.motion_id IS NULL) <> (OLD.motion_id IS NULL))"
)
_CANDIDATE = "assembly: a candidate keeps the code on the ballot"
#: The words of who stood may still be erased.
_OTHER_CANDIDATE = (
    "NEW.option_code IS NULL OR NEW.option_code <> OLD.option_code OR NEW.id <> OLD.id"
    " OR NEW.participant_id <> OLD.participant_id OR NEW.motion_id <> OLD.motion_id"
)
_FROZEN = "assembly: notice of this agenda was given"

RULES: tuple[Rule, ...] = (
    *(rule for mapped in _ONLY_ADDED for rule in append_only(table_of(mapped))),
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
    refuse(
        "candidacy_keeps_its_code",
        "candidacy",
        "UPDATE",
        [Case(f"OLD.option_code IS NOT NULL AND ({_OTHER_CANDIDATE})", _CANDIDATE)],
    ),
    refuse(
        "candidacy_with_code_no_delete",
        "candidacy",
        "DELETE",
        [Case("OLD.option_code IS NOT NULL", _CANDIDATE)],
    ),
    refuse(
        "bound_motion_keeps_its_words",
        "motion_words",
        "UPDATE",
        [
            Case(
                "EXISTS (SELECT 1 FROM motion_binding b WHERE b.motion_id = OLD.motion_id)",
                "assembly: a motion that is bound to a plan keeps its words",
            )
        ],
        requires=["motion_binding"],
    ),
    refuse(
        "agenda_item_no_late_insert",
        "agenda_item",
        "INSERT",
        [Case(_NOTICE.format(row="NEW"), _FROZEN)],
        requires=["meeting_notice"],
    ),
    refuse(
        "agenda_item_no_late_update",
        "agenda_item",
        "UPDATE",
        [Case(f"({_MOVED}) AND {_NOTICE.format(row='OLD')}", _FROZEN)],
        requires=["meeting_notice"],
    ),
    refuse(
        "agenda_item_no_late_delete",
        "agenda_item",
        "DELETE",
        [Case(_NOTICE.format(row="OLD"), _FROZEN)],
        requires=["meeting_notice"],
    ),
    refuse(
        "meeting_keeps_its_time",
        "meeting",
        "UPDATE",
        [
            Case(
                "EXISTS (SELECT 1 FROM meeting_opening o WHERE o.meeting_id = OLD.id)",
                "assembly: a meeting that was opened stays as it is",
            )
        ],
        requires=["meeting_opening"],
    ),
)
