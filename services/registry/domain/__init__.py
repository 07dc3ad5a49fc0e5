"""The journey document: its model, its rules, what changes between two of them, and how the table holds it."""

from services.registry.domain.journey import journey_schema

__all__ = ["journey_schema"]
