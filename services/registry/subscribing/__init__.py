"""Subscriptions made by API or on the page, beside those of journey files."""
