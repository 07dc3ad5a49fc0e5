"""Answers by the keys of a telephone, handed over by an Amazon Connect flow."""
