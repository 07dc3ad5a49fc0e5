"""What insights shows people, in HTML."""
