"""What the database refuses about acts of two people: changing one, approving one's own, and ending one twice."""

from coop.approvals.models import ActApproval, ActWithdrawal, TwoPersonAct
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

RULES: tuple[Rule, ...] = (
    *append_only(table_of(TwoPersonAct)),
    *append_only(table_of(ActApproval)),
    *append_only(table_of(ActWithdrawal)),
    refuse(
        "act_approval_by_another",
        "act_approval",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM two_person_act a WHERE a.id = NEW.act_id AND a.prepared_by = NEW.approved_by)",
                "two people: nobody approves what they prepared",
            ),
            Case(
                "EXISTS (SELECT 1 FROM act_withdrawal w WHERE w.act_id = NEW.act_id)",
                "two people: the act was withdrawn",
            ),
        ],
        requires=("two_person_act", "act_withdrawal"),
    ),
    refuse(
        "act_withdrawal_in_time",
        "act_withdrawal",
        "INSERT",
        [Case("EXISTS (SELECT 1 FROM act_approval p WHERE p.act_id = NEW.act_id)", "two people: the act was done")],
        requires=("act_approval",),
    ),
)
