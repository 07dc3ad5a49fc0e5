"""The verbs of the service, and the ports they need."""
