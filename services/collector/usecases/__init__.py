"""The verbs of the collector, and the ports they need."""
