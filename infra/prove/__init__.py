"""Proves that the deployables run: each function of a zip under Lambda's own runtime client, its sources far away."""
