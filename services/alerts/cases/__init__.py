"""Cases over HTTP: their API, and the pages on which people see to them."""
