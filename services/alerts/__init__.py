"""Alerts: who is told of friction, how, and what became of each message."""
