"""The page of preferences: how often a person wishes to be asked, and how."""
