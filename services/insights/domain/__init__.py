"""Nouns and rules of what insights answers; pure."""
