"""What the aggregator does: fold answers into marks, look at a series, decide on alerts, publish them.

The route of an answer: `fold` adds its mark to the set of its hour and asks for a look once the
five-minute cell is over. `look` steps the series' evidence accounts over the complete cells and writes
down what they say. `decide` makes alerts of what all accounts said, as facts; the table's
stream publishes them. `follow` keeps where customers were, so that hand-offs can be told;
`notice` counts early signs as answers are counted; `remind` asks for looks whose time has come. `study` works out,
as of a day, what friction costs and what to mend first, for others to read.
"""

from services.aggregator.usecases.deciding import decide, publish, retell
from services.aggregator.usecases.folding import fold, follow, notice, remind
from services.aggregator.usecases.looking import look
from services.aggregator.usecases.ports import Deps
from services.aggregator.usecases.studying import study, want_study, want_today
from services.aggregator.usecases.trying import Trial, Wish, simulate

__all__ = [
    "Deps",
    "Trial",
    "Wish",
    "decide",
    "fold",
    "follow",
    "look",
    "notice",
    "publish",
    "remind",
    "retell",
    "simulate",
    "study",
    "want_study",
    "want_today",
]
