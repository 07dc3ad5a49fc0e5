"""Cells of a CSV file that a spreadsheet may open: none of them is a formula, and each can be read back as it was.

A text that a spreadsheet would take for a formula (it begins with = + - @, their wide forms, a tab or a line's end)
gets an apostrophe in front, which spreadsheets do not show. So does a text that begins with apostrophes and then such
a sign, and one that the importer would take for absent; reading takes exactly one such apostrophe away again.
"""

from __future__ import annotations

import re

GUARDED = re.compile(r"'*(?:[=+\-@\t\r\n＝＋－＠]|\s*(?:NA\s*)?\Z)")
ESCAPED = re.compile(r"'+(?:[=+\-@\t\r\n＝＋－＠]|\s*(?:NA\s*)?\Z)")


def guarded(text: str) -> str:
    """The text as it may stand in a cell; an empty one stays empty."""
    return f"'{text}" if text and GUARDED.match(text) else text


def plain(cell: str) -> str:
    """What `guarded` made the cell of; a cell that it cannot have made stays as it is."""
    return cell[1:] if ESCAPED.match(cell) else cell
