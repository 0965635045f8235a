"""A content of a report as it might be after a co-op's first year, for what is drawn from a content alone."""

from datetime import date
from uuid import UUID

from coop.reports.content import (
    Approval,
    ClassMovement,
    Content,
    DecisionTaken,
    EditionNote,
    House,
    Impact,
    Letters,
    MeetingHeld,
    OfficeHeld,
    ReviewNote,
    ShareMovement,
    Trace,
    Year,
)
from coop.reports.content_money import (
    Accounts,
    Amount,
    Band,
    Business,
    Decided,
    DistributionPlan,
    FundMovement,
    Signature,
    Statements,
)

LETTER = """Tēnā koutou katoa,

This was our **first whole year**. Ngā mihi ki a koutou who trapped, planted, taught and voted: Ā ē ī ō ū.

## What we did

- opened the *fellowship* to groups from Te Tai Tokerau,
- paid every coach within a week,
- kept the books so that [anybody can check them](https://kanopi.example/books).

1. First we listened.
2. Then we built.

> He aha te mea nui o te ao? He tāngata, he tāngata, he tāngata.

Thank you for owning this with us.
"""
STORY = "Twelve fellows learned to turn a trapping line into a prototype. `One` of them now sells it to three councils."
DIGEST = "0123456789abcdef" * 4


def decided() -> Decided:
    """Return how the members decided."""
    return Decided(
        resolution=14,
        motion="Distribute the surplus of 2026",
        decided_on=date(2026, 6, 20),
        votes_for=21,
        votes_against=2,
        posted_on=date(2026, 6, 22),
        entries=(str(UUID(int=412)),),
        paid_minor=40_12,
        turnout=24,
        roll=49,
        digest=DIGEST,
    )


def content(number: int = 1, *, decision: Decided | None = None, review: ReviewNote | None = None) -> Content:
    """Return a content with something in every part."""
    income = (
        Amount("4000", "Fellowship fees", 1_840_000, 0),
        Amount("4100", "Coaching fees", 962_500, 0),
        Amount("4200", "Marketplace commission", 61_210, 0),
        Amount("4300", "Grants", 500_000, 0),
    )
    costs = (
        Amount("5000", "Coaches' fees", 711_000, 0),
        Amount("5200", "Venue and travel", 233_450, 0),
        Amount("6000", "Wages", 1_420_000, 0),
        Amount("6100", "Hosting and software", 48_000, 0),
        Amount("6200", "Bank and processing fees", 31_415, 0),
    )
    assets = (Amount("1000", "Bank account", 1_622_845, 0), Amount("1200", "Owed by members and clients", 96_000, 0))
    debts = (Amount("2300", "Paid in advance by clients", 420_000, 0), Amount("2410", "Owed to coaches", 84_000, 0))
    equity = (Amount("3000", "Share capital", 295_000, 0), Amount("3900", "Surplus awaiting a decision", 919_845, 0))
    return Content(
        house=House("Kānuka Kanopi", "NZD", "Pacific/Auckland", date(2025, 4, 1)),
        year=Year("2026", date(2025, 4, 1), date(2026, 3, 31)),
        edition=EditionNote(number, "" if number == 1 else "The members have decided on the surplus."),
        letters=Letters("Ana Tūī, chair", LETTER, STORY),
        officers=(
            OfficeHeld("Ana Tūī", "board", date(2025, 4, 1), date(2026, 9, 30), 1),
            OfficeHeld("Wiremu Kererū", "board", date(2025, 4, 1), date(2026, 9, 30), 1),
            OfficeHeld("Sione Tākapu", "secretary", date(2025, 4, 1), None, 1),
        ),
        members=(
            ClassMovement("Practitioners", 7, 31, 1, 37),
            ClassMovement("Community groups and iwi", 0, 9, 0, 9),
            ClassMovement("Enterprises", 0, 3, 0, 3),
        ),
        shares=ShareMovement(7, 53, 1, 59, 35_000, 265_000, 5_000, 295_000),
        meetings=(MeetingHeld(date(2025, 9, 14), "general", 18, 41, 3),),
        decisions=(
            DecisionTaken(
                9,
                "A tool library for small groups in the Wairarapa and the lower North Island",
                "resolution",
                date(2025, 9, 21),
                26,
                41,
                "carried",
                DIGEST,
            ),
            DecisionTaken(11, "Two seats on the board", "election", date(2025, 12, 2), 30, 45, "elected", DIGEST[::-1]),
        ),
        statements=Statements(
            digest=DIGEST,
            has_before=False,
            income=Accounts(income, 3_363_710, 0),
            expenses=Accounts(costs, 2_443_865, 0),
            assets=Accounts(assets, 1_718_845, 0),
            liabilities=Accounts(debts, 504_000, 0),
            equity=Accounts(equity, 1_214_845, 0),
        ),
        funds=(
            FundMovement("3000", "Share capital", 35_000, 265_000, 5_000, 295_000),
            FundMovement("3900", "Surplus awaiting a decision", 0, 919_845, 0, 919_845),
        ),
        business=Business(1_903_710, 960_000, 500_000),
        approval=Approval(
            12, date(2026, 5, 4), (Signature("Ana Tūī", date(2026, 5, 4)), Signature("Wiremu Kererū", date(2026, 5, 5)))
        ),
        review=review,
        distribution=DistributionPlan(
            fingerprint=DIGEST,
            result_minor=919_845,
            member_minor=520_592,
            other_minor=399_253,
            reserve_bp=2000,
            fund_bp=1000,
            cash_bp=5000,
            to_reserve_minor=503_371,
            to_fund_minor=52_059,
            cash_minor=182_212,
            retained_minor=182_203,
            lines=19,
            bands=(Band(0, 10_000, 8), Band(10_000, 20_000, 7), Band(20_000, 50_000, 4)),
            solvency=(Signature("Ana Tūī", date(2026, 5, 12)), Signature("Wiremu Kererū", date(2026, 5, 13))),
            decided=decision,
        ),
        impact=Impact(12, 7_710, 96, 88, 9, 143, 27, 14, 61),
        trace=Trace(388, 1_204, 388, DIGEST, 49, 54, 56),
    )
