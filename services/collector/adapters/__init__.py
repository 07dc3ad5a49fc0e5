"""The collector's tables and what it calls, made to fit the ports."""
