"""Verbs: telling owners, and acting on alerts."""
