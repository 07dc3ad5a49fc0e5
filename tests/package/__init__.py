"""Builds every deployable once and runs each function from its zip."""
