"""The channels people answer by; a package each, with its own words and templates."""
