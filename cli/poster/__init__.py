"""A printable poster of a touchpoint's code: one A4 page, as PDF, drawn as shapes: printing it needs no fonts."""
