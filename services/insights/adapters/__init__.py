"""The tables of the other services, made to fit; read only."""
