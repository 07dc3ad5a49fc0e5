"""What `make check` holds beside linters and types: generated documents, words, pins."""
