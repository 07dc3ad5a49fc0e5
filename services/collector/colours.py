"""What the collector's pages stand on, by day and by night, as their style sheets say; owners' colours suit them."""

CARD_BY_DAY, CARD_BY_NIGHT = "#ffffff", "#221d1a"
