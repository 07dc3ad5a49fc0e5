"""Cases, the answers they are about, the people behind them, and messages to these."""
