"""Who owns what: the journey as code, its history, and the API keys."""
