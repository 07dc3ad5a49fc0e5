"""The whole product in one process: its real handlers on an AWS in memory, where every call may fail."""
