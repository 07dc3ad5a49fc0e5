"""The picture in a mail: the share of bad answers before and since, each with its interval.

Drawn here, as a PNG of a few hundred bytes: two bars are not worth a drawing library in the function's package.
"""

from __future__ import annotations

import struct
import zlib

from shared.events import AlertEvent, Share

WIDTH, HEIGHT, MARGIN, BAR = 960, 168, 16, 44
"""Pixels; shown at half the size. Words stand beside it in the mail, so it needs none."""
PAPER, CALM, WARM, INK = 0, 1, 2, 3
COLOURS = (0xFAF6F0, 0x8F8378, 0xB3400F, 0x221D19)
"""What each value of a pixel stands for, as 0xRRGGBB."""


def png(event: AlertEvent) -> bytes:
    """Two bars, from 0 % at the left to as much as is needed at the right; across the end of each its interval."""
    pixels = [bytearray(WIDTH) for _ in range(HEIGHT)]
    most = max(event.before.high, event.after.high, 0.05)
    draw(pixels, event.before, 28, CALM, most)
    draw(pixels, event.after, 96, WARM, most)
    return encoded(pixels)


def draw(pixels: list[bytearray], share: Share, top: int, colour: int, most: float) -> None:
    """A bar as long as the share, and a line with ends as long as its interval; what is promised has none."""
    value = share.bad / share.n if share.n else share.low
    end, low, high = (MARGIN + round((WIDTH - 2 * MARGIN) * one / most) for one in (value, share.low, share.high))
    middle = top + BAR // 2
    fill(pixels, range(MARGIN, max(end, MARGIN + 4)), range(top, top + BAR), colour)
    fill(pixels, range(low, high), range(middle - 2, middle + 2), INK)
    for edge in (low, high) if low < high else ():
        fill(pixels, range(edge - 2, edge + 2), range(middle - 12, middle + 12), INK)


def fill(pixels: list[bytearray], columns: range, rows: range, colour: int) -> None:
    for row in rows:
        pixels[row][columns.start : columns.stop] = bytes([colour]) * len(columns)


def encoded(pixels: list[bytearray]) -> bytes:
    """An indexed PNG of eight bits a pixel (W3C, Portable Network Graphics)."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    palette = b"".join(colour.to_bytes(3, "big") for colour in COLOURS)
    rows = b"".join(b"\0" + bytes(row) for row in pixels)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
