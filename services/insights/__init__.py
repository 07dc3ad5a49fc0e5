"""Insights: questions over what the other services keep; it owns no table and writes nothing."""
