"""What happens to a case: opened by an answer, told of, seen to, counted."""
