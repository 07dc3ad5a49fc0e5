"""A form for the front line: what a customer said at the counter, or wrote on a card, keyed in for them."""
