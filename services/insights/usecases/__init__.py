"""Verbs: reports, lists of alerts."""
