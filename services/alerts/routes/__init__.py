"""Routes of the service, by what they are about; `app.py` has those of messages and all that wakes it."""
