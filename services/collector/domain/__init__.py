"""Nouns and rules of the collector: answers, links, openings, limits. Pure."""
