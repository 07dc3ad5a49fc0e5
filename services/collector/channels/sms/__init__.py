"""Answers by text message: what a person wrote back, read, kept once, and asked again at most once."""
