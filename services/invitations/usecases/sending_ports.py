"""The ports that sending needs beyond those of deciding, and `SendingDeps`, in which all of them come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.links import Link
from services.invitations.domain.people import Identifier
from services.invitations.domain.replies import ReplyStanding
from services.invitations.domain.sending import Outcome, Progress
from services.invitations.usecases.ports import Deps


@dataclass(frozen=True)
class Turn:
    """What is to be looked at: that message of that invitation."""

    invitation_id: str
    number: int


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves. content: the MIME message of an e-mail, the text of a text message."""

    invitation_id: str
    number: int
    channel: str
    to: str
    content: bytes | str


@dataclass(frozen=True)
class Suppression:
    """An address or number to which nothing is sent. because: such as `stop`, `complaint`, `import`.

    identifier: None where nobody is known by it, or whoever was has been erased: the wish stands under the keyed hash
    alone. is_named: whether the identifier is kept beside the hash.
    """

    identifier: Identifier | None
    because: str
    at: datetime
    is_named: bool = True


class Steps(Protocol):
    """Where messages stand."""

    def get(self, invitation_id: str, number: int) -> Step | None:
        """As of now."""
        ...

    def write(self, progress: Progress) -> None:
        """All of it or nothing. Raises Conflict where the invitation, the ledger or the number's questions changed."""
        ...


class Due(Protocol):
    """Invitations for which something is due."""

    def until(self, shard: int, now: datetime, most: int) -> list[Invitation]:
        """Those of the shard that are due, the oldest first; what was written a moment ago may be missing."""
        ...


class Sendings(Protocol):
    """The queue of what is to be looked at; at least once each."""

    def put(self, turns: Sequence[Turn]) -> None:
        """Raises Unavailable where one was not taken; the others may be there then."""
        ...


class Links(Protocol):
    """Where the links of invitations stand; the collector reads them."""

    def add(self, link: Link) -> None:
        """Stores it, in the place of one of the same code."""
        ...

    def revoke(self, link_id: str, at: datetime) -> None:
        """From then on it takes no answer; one that was revoked stays so, and where there is none nothing happens."""
        ...


class Answers(Protocol):
    """The collector's answers."""

    def has(self, touchpoint: str, invitation_id: str) -> bool:
        """Whether the invitation was answered, as of now."""
        ...


class Sender(Protocol):
    """One way to send."""

    def send(self, outgoing: Outgoing) -> Outcome:
        """Tries once, and never again by itself. A failure is an outcome, not an exception."""
        ...


class CaseReplies(Protocol):
    """What became of teams' replies to customers."""

    def get(self, reply_id: str) -> ReplyStanding | None:
        """As of now."""
        ...

    def write(self, standing: ReplyStanding, ledger: Ledger | None) -> ReplyStanding:
        """Both or nothing; gives it with its next version. Raises Conflict where one of them has changed."""
        ...


class Suppressions(Protocol):
    """Addresses and numbers to which nothing is sent, whoever has them."""

    def has(self, identifier: Identifier) -> bool: ...

    def add(self, suppressions: Sequence[Suppression]) -> None:
        """One that is there stays as it is, but for its time, which is the newest."""
        ...

    def remove(self, identifier: Identifier, at: datetime) -> bool:
        """Whether nothing keeps messages from it any more; what was added after that time stays."""
        ...

    def listed(self, after: str | None, most: int) -> tuple[list[Suppression], str | None]:
        """So many, those after that cursor; and the cursor that leads on, None at the end. Raises InvalidInput."""
        ...


@dataclass(frozen=True)
class SendingDeps(Deps):
    """All that the verbs need from outside, sending included. sender_email: from where e-mails come."""

    steps: Steps
    due: Due
    sendings: Sendings
    links: Links
    answers: Answers
    senders: Mapping[str, Sender]
    suppressions: Suppressions
    case_replies: CaseReplies
    sender_email: str
