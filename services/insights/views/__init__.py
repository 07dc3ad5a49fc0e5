"""What insights says over HTTP, and how its questions are read."""
