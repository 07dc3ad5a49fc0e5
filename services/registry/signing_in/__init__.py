"""Signing in by a link that comes by e-mail: asked for, sent, opened, pressed once."""
