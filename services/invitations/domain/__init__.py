"""The rules by which people are asked. Pure."""
