"""What is seen more often since a change: segments, words and two-word phrases. Pure; no clock, no chance.

The methods, their sources and their limits are in docs/figures.md.
"""
