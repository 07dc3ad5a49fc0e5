"""The collector takes answers in, on every channel, once each."""
