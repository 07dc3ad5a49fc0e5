"""Cases: one person's problem each, from the answer that told of it until it is put right. Pure."""
