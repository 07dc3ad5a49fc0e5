"""How requests to the collector's API are read, and what they are answered."""
