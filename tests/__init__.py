"""The tests. `tests/http.py` is `tests.http`: this file keeps it from standing in for the standard `http`."""
