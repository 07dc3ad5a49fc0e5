"""Nouns and rules of telling owners; pure."""
