"""The few parts of PDF that a poster needs: pages of filled shapes, and areas that lead to an address."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

A4 = (595.28, 841.89)
"""Width and height in points, 72 to the inch."""
ROUND = 0.5523
"""How far the handles of a quarter of a circle reach, as a share of its radius."""


@dataclass
class Page:
    """One A4 page. Places are in points from the upper left corner, as one reads."""

    operations: list[str] = field(default_factory=list)
    links: list[tuple[float, float, float, float, str]] = field(default_factory=list)

    def fill(self, colour: str) -> None:
        """What follows is filled with this colour, `#rrggbb`."""
        parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        self.operations.append(f"{' '.join(f'{part:.4f}' for part in parts)} rg")

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        self.operations.append(f"{number(x)} {number(A4[1] - y - height)} {number(width)} {number(height)} re f")

    def rounded(self, x: float, y: float, width: float, height: float, radius: float) -> None:
        """A rectangle with round corners."""
        left, right, top, bottom, far = x, x + width, y, y + height, radius * (1 - ROUND)
        self.path(
            [
                ("m", left + radius, top),
                ("l", right - radius, top),
                ("c", right - far, top, right, top + far, right, top + radius),
                ("l", right, bottom - radius),
                ("c", right, bottom - far, right - far, bottom, right - radius, bottom),
                ("l", left + radius, bottom),
                ("c", left + far, bottom, left, bottom - far, left, bottom - radius),
                ("l", left, top + radius),
                ("c", left, top + far, left + far, top, left + radius, top),
            ]
        )

    def path(self, steps: Sequence[tuple[str | float, ...]]) -> None:
        """Fills what the steps enclose: `m` begins at x, y; `l` goes on to x, y; `c` does so by two handles."""
        for name, *places in steps:
            turned = [A4[1] - float(place) if index % 2 else float(place) for index, place in enumerate(places)]
            self.operations.append(f"{' '.join(map(number, turned))} {name}")
        self.operations.append("f")

    def link(self, x: float, y: float, width: float, height: float, url: str) -> None:
        self.links.append((x, A4[1] - y - height, x + width, A4[1] - y, url))


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def document(pages: Sequence[Page], title: str, lang: str) -> bytes:
    """The PDF file. The same pages give the same bytes."""
    objects: dict[int, bytes] = {}
    kids = []
    for page in pages:
        first = 4 + len(objects)
        links = [first + 2 + place for place in range(len(page.links))]
        kids.append(first)
        objects[first] = page_object(first + 1, links)
        objects[first + 1] = stream("\n".join(page.operations).encode())
        objects |= {place: annotation(*one) for place, one in zip(links, page.links, strict=True)}
    shown = "/ViewerPreferences << /DisplayDocTitle true >>"
    objects[1] = f"<< /Type /Catalog /Pages 2 0 R /Lang ({lang}) {shown} >>".encode()
    objects[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    objects[3] = f"<< /Title <{text(title)}> /Creator (etincelle) >>".encode()
    return written(objects)


def page_object(content: int, links: Sequence[int]) -> bytes:
    annotations = " ".join(f"{link} 0 R" for link in links)
    box = f"[0 0 {A4[0]} {A4[1]}]"
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources << >> "
        f"/Contents {content} 0 R /Annots [{annotations}] >>"
    ).encode()


def stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream"


def annotation(left: float, bottom: float, right: float, top: float, url: str) -> bytes:
    box = " ".join(map(number, (left, bottom, right, top)))
    escaped = url.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    action = f"<< /S /URI /URI ({escaped}) >>"
    return f"<< /Type /Annot /Subtype /Link /Rect [{box}] /Border [0 0 0] /A {action} >>".encode()


def text(value: str) -> str:
    """A text of the document's head, in hexadecimal."""
    return (b"\xfe\xff" + value.encode("utf-16-be")).hex()


def written(objects: dict[int, bytes]) -> bytes:
    """The file: its objects, and where in it each begins."""
    file, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for name in sorted(objects):
        places.append(len(file))
        file += b"%d 0 obj\n" % name + objects[name] + b"\nendobj\n"
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)
