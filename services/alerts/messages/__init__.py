"""What owners read: a message for each way."""
