"""A tablet at a counter: asks for days without a network, and hands its answers in when there is one."""
