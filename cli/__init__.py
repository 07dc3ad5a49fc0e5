"""The command `etincelle`."""
