"""What people say and write in the demonstration's annual round."""

MINUTE = (
    "Present: Mārama Pōtae, Hēmi Walker, Priya Patel. The board went through the accounts of the first year with the treasurer, "
    "compared the bank balance with the statement, and approves them. Carried unanimously."
)
REVIEW = (
    "I read the accounts of the first year against the journal and the bank statements, and tried a sample of thirty entries "
    "back to their orders, receipts and decisions. I found nothing that makes me doubt them. This is a review and not an audit."
)
GROUNDS = (
    "After the payment the co-op keeps more than eight months of its running costs at the bank, has no loan, and every invoice "
    "is paid when it falls due. What fellows have paid ahead is held back in full. The reserve grows by this distribution."
)
LETTER = """Kia ora koutou

A year ago we were eleven people with a notice board. Now we are a co-operative with its own house, a fellowship that filled, and
a marketplace in which harakeke and drawings change hands.

We kept it small on purpose. Coaches were paid what we said we would pay, the books were closed within three weeks, and there is
a surplus. What becomes of it is yours to decide at the annual meeting; our proposal is in this report.

Ngā mihi nui ki a koutou katoa"""
SECOND_LETTER = LETTER.replace(
    "What becomes of it is yours to decide at the annual meeting; our proposal is in this report.",
    "At the annual meeting you decided what becomes of it. This edition shows your decision, and that it was paid.",
)
REASON = "The annual meeting has decided on the surplus; this edition shows the decision and the payment."
STORY = """The first cohort spent four days in a wetland that had been a paddock. One fellow went home with a nursery plan, another
with a trap that reports by itself; both are in use.

Coaching is asked for most by groups of fewer than ten people. They bring good questions and little time."""
OPENING = "Come in person or join by the link. Votes open with the meeting and stay open for a week, so nobody has to be there."
ELECTION = ("Election of the board", "Five seats. The board meets monthly and answers to the annual meeting.")
TOPIC = "Where shall we meet next year?"
MINUTES = """**Opened** at 7 pm by Mārama Pōtae with a karakia.

1. The treasurer went through the accounts and answered questions about deferred fees.
2. The proposed distribution was explained with two examples.
3. The candidates introduced themselves.
4. Next year's meeting: Kaikōura and Whanganui were named; the board will ask both.

**Closed** at 9 pm. Votes remained open for a week."""
STATEMENTS = (
    "I have coordinated volunteers for eight years and kept the accounts of a trust. I would look after members' questions.",
    "I work with rivers and with numbers. The co-op should stay small enough to know its members.",
    "As a nursery manager I know what it is to plan three winters ahead. I stand for steady growth and fair pay for coaches.",
    "I came for the coaching and stayed for the people. I would bring in younger members.",
)
APPOINTMENT = "The board appoints the officers for two years, as the interim of the founding ends."
SECOND_TREASURER = "The board agreed that the books should not rest on one pair of shoulders."
