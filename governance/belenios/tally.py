"""From the result of an election in Belenios to votes that can be counted here.

Answers come in the order in which they were handed over, which is that of the ballot. A proposal's votes come added up; an
election's come as decrypted ballots, one number for each candidate: 1 for the first choice, 2 for the second, 0 for none. Anybody can
send a ballot that ranks in no such way; one of those is spoilt, and never keeps the others from being counted.
"""

from collections import Counter
from collections.abc import Sequence

from governance.belenios.archive import Archive, whole
from governance.belenios.errors import ArchiveContradicts
from governance.errors import UnknownAnswer
from governance.external import Brought, Tally

SYSTEM = "belenios"


def brought(archive: Archive, options: Sequence[str], evidence_sha256: str) -> Brought:
    """Return the result of an election for a vote with these options, in their order.

    Raises:
        UnknownAnswer, ArchiveAltered, ArchiveContradicts
    """
    if len(archive.result) != 1 or len(archive.asked.answers) != len(options):
        raise UnknownAnswer
    read = _choices if archive.asked.seats is None else _rankings
    return Brought(
        system=SYSTEM,
        election=archive.election,
        fingerprint=archive.fingerprint,
        question_digest=archive.asked.digest(),
        evidence_sha256=evidence_sha256,
        tally=read(archive, options),
    )


def _choices(archive: Archive, options: Sequence[str]) -> Tally:
    votes = [whole(number) for number in archive.result[0]]
    if len(votes) != len(options):
        raise UnknownAnswer
    if sum(votes) != archive.weight:
        raise ArchiveContradicts(archive.weight, sum(votes))
    named = tuple((option, number) for option, number in zip(options, votes, strict=True) if number)
    return Tally(named, archive.heads, 0, archive.voters)


def _rankings(archive: Archive, options: Sequence[str]) -> Tally:
    ballots = archive.result[0]
    if len(ballots) != archive.heads or archive.weight != archive.heads:
        raise ArchiveContradicts(archive.heads, len(ballots))
    rankings: Counter[tuple[str, ...]] = Counter()
    spoilt = 0
    for ballot in ballots:
        if not isinstance(ballot, list) or len(ballot) != len(options):
            raise UnknownAnswer
        places = [whole(place) for place in ballot]
        ranked = sorted((place, option) for place, option in zip(places, options, strict=True) if place)
        if [place for place, _ in ranked] == list(range(1, len(ranked) + 1)):
            rankings[tuple(option for _, option in ranked)] += 1
        else:
            spoilt += 1
    return Tally(tuple(rankings.items()), archive.heads - spoilt, spoilt, archive.voters)
