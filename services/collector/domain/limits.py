"""How often anybody may answer, by its link and by its address.

The limits are there for floods, not for people, and each is well above what people do:

| what | limit | why |
|---|---|---|
| a single link | 10 an hour | one person's answer, its changes and the page's own notices |
| a known customer's widget | 60 an hour | it sends each score as it is pressed, and the words must still arrive |
| an open link | 3,000 answers an hour | a poster in a full hall; a kiosk that was without network for a day |
| a widget's link | 30,000 an hour | one link serves every visitor of a site |
| a link of an agent, or for paper | 600 an hour | nobody keys in more than one in six seconds |
| an address | 300 a minute | everybody in an office or a shop has the same one, and a mailing comes to all at once |
| an address of kiosks and agents | 1,000 answers a minute | a call centre has one address, and all day long |
"""

from __future__ import annotations

from datetime import timedelta

from services.collector.domain.links import Link
from shared.limits import Limit

SINGLE = Limit(10, timedelta(hours=1))
KNOWN_CUSTOMER = Limit(60, timedelta(hours=1))
"""Of single links: the page's, and the widget's."""
OPEN = Limit(3000, timedelta(hours=1))
BY_CHANNEL = {
    "widget": Limit(30_000, timedelta(hours=1)),
    "agent": Limit(600, timedelta(hours=1)),
    "paper": Limit(600, timedelta(hours=1)),
}
"""Of open links, where it is another than `OPEN`."""
PEOPLE = Limit(300, timedelta(minutes=1))
DEVICES = Limit(1000, timedelta(minutes=1))
"""Of one address: of people's own telephones and computers, and of ours."""


def limit_of(link: Link) -> Limit:
    if link.mode == "single":
        return KNOWN_CUSTOMER if link.channel == "widget" else SINGLE
    return BY_CHANNEL.get(link.channel, OPEN)
