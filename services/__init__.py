"""The services: one Chalice app each, each the owner of one table."""
