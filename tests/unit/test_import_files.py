"""How files of answers are read: encodings, delimiters, true lines, and what becomes of each row."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pytest

from cli.printing import Failed
from cli.rows import Reader, Taken, as_number, as_whole, snake
from cli.source import Source, open_source

HEADER = "touchpoint,score,comment\n"


def source(tmp_path: Path, content: str | bytes, encoding: str | None = None, name: str = "answers.csv") -> Source:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_source(file, encoding)


def read(tmp_path: Path, content: str | bytes, **more: Any) -> list[Taken]:
    return list(Reader(source(tmp_path, content), **more).bodies())


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("latin-1", "cp1252"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_out_and_named(tmp_path: Path, written: str, named: str) -> None:
    """An accent comes through whatever the file was saved as."""
    text = HEADER + "t,9,Très à propos\n"
    found = source(tmp_path, text.encode(written))
    assert found.encoding == named
    assert [row.cells for row in found.rows()] == [{"touchpoint": "t", "score": "9", "comment": "Très à propos"}]


def test_big_endian_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    """Both orders of bytes have a mark."""
    found = source(tmp_path, codecs.BOM_UTF16_BE + (HEADER + "t,9,é\n").encode("utf-16-be"))
    assert next(found.rows()).cells["comment"] == "é"


def test_bytes_that_windows_does_not_have_are_latin_1(tmp_path: Path) -> None:
    """No byte stops the reading."""
    assert source(tmp_path, HEADER.encode() + b"t,9,\x81\xe9\n").encoding == "latin-1"


def test_an_accent_on_the_border_of_two_pieces_is_still_utf_8(tmp_path: Path) -> None:
    """The file is looked at in pieces of 1 MiB."""
    padding = "x" * ((1 << 20) - len(HEADER) - 5)
    assert source(tmp_path, f"{HEADER}t,9,{padding}é\n").encoding == "utf-8"


def test_a_named_encoding_is_obeyed(tmp_path: Path) -> None:
    """Also where another would be found."""
    found = source(tmp_path, HEADER.encode() + "t,9,é\n".encode("cp850"), "cp850")
    assert next(found.rows()).cells["comment"] == "é"


@pytest.mark.parametrize(("delimiter", "named"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str, named: str) -> None:
    """What stands between quotation marks does not count, nor do the rows."""
    text = delimiter.join(("touchpoint", "score", '"a,b;c\td,;"')) + "\n" + delimiter.join(("t", "9", "x")) + "\n"
    found = source(tmp_path, text)
    assert named in found.described
    assert found.columns == ("touchpoint", "score", "a,b;c\td,;")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ('[{"touchpoint": "t"}]', "one object a line"),
        (HEADER + 't,9,"' + "x" * 1_000_001, "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: str, words: str) -> None:
    """One clear line, before anything is sent."""
    with pytest.raises(Failed, match=words):
        read(tmp_path, content)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """Also one that is a folder, and an encoding nobody knows."""
    with pytest.raises(Failed, match="cannot be read"):
        open_source(tmp_path / "nothing.csv", None)
    with pytest.raises(Failed, match="cannot be read"):
        open_source(tmp_path, None)
    with pytest.raises(Failed, match="--encoding"):
        source(tmp_path, HEADER, "klingon")
    with pytest.raises(Failed, match="--encoding"):
        list(source(tmp_path, (HEADER + "t,9,é\n").encode("latin-1"), "utf-8").rows())


def test_a_row_knows_the_line_it_begins_on(tmp_path: Path) -> None:
    """Quoted line ends, blank lines and Windows line ends are all counted."""
    text = HEADER + 't,1,"two\r\nlines"\r\n\r\n,,\nt,2,"three\n\nlines"\nt,3,one\n'
    assert [(row.line, row.cells["score"]) for row in source(tmp_path, text).rows()] == [(2, "1"), (6, "2"), (9, "3")]


def test_a_row_with_too_many_or_too_few_cells_is_set_aside(tmp_path: Path) -> None:
    """The rows around it are not."""
    rows = read(tmp_path, HEADER + "t,1\nt,2,fine\nt,3,a,b\n")
    assert [(row.line, row.wrong) for row in rows] == [
        (2, "2 cells where the header has 3"),
        (3, ""),
        (4, "4 cells where the header has 3"),
    ]


def test_json_lines_are_read_with_their_types(tmp_path: Path) -> None:
    """Nested attributes too; a line that is no object is set aside."""
    text = '{"touchpoint": "t", "score": 9, "shop": "Lyon", "attributes": {"n": 1}, "x": null}\n\n7\n{"a"\n'
    rows = read(tmp_path, text)
    assert [(row.line, row.wrong) for row in rows] == [
        (1, ""),
        (3, "this line is no JSON object"),
        (4, "this line is no JSON object"),
    ]
    assert rows[0].body["score"] == 9
    assert rows[0].body["attributes"] == {"shop": "Lyon", "n": 1}


def test_further_columns_become_attributes(tmp_path: Path) -> None:
    """In snake case, numbers as numbers; one without a name is left out, one named twice is numbered."""
    text = '"",touchpoint,score,NbPassageKS,Délai (jours),Shop,Shop,owner\n1,t,9,23,2.50,Lyon,007,o\n'
    [row] = read(tmp_path, text)
    assert row.body["attributes"] == {"nb_passage_ks": 23, "delai_jours": 2.5, "shop": "Lyon", "shop_2": "007"}
    assert row.owner == "o"
    assert "owner" not in row.body


@pytest.mark.parametrize("cell", ["", "NA", "  ", " NA "])
def test_an_empty_cell_is_absent(tmp_path: Path, cell: str) -> None:
    """NA is what R writes for nothing."""
    [row] = read(tmp_path, f"touchpoint,score,comment,lang,shop\nt,9,{cell},{cell},{cell}\n")
    assert set(row.body) == {"touchpoint", "score", "channel", "response_id"}


def test_a_row_without_score_or_touchpoint_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    """Said before anything is sent."""
    rows = read(tmp_path, "touchpoint,score\nt,NA\n,5\nNA,NA\n")
    assert [row.wrong for row in rows] == ["no score", "no touchpoint", "no touchpoint and no score"]


def test_mapped_columns_and_set_fields(tmp_path: Path) -> None:
    """A row's own value comes before what is set for all; `-` leaves a column out."""
    rows = read(
        tmp_path,
        "nps,why,lang,secret,City\n9,fine,fr,x,Lyon\n8,,,y,Nice\n",
        columns={"nps": "score", "why": "comment", "secret": "-", "City": "Ville du Client"},
        fields={"touchpoint": "t", "lang": "en", "owner": "o"},
    )
    assert [(row.body["score"], row.body["lang"], row.body.get("comment")) for row in rows] == [
        (9, "fr", "fine"),
        (8, "en", None),
    ]
    assert [row.body["attributes"] for row in rows] == [{"ville_du_client": "Lyon"}, {"ville_du_client": "Nice"}]
    assert {row.owner for row in rows} == {"o"}


def test_a_row_without_an_id_gets_one_that_is_the_same_the_next_time(tmp_path: Path) -> None:
    """Made of what it holds, and of how many equal rows came before: no answer is lost, none doubles."""
    text = "touchpoint,score\nt,9\nt,9\nt,8\n"
    ids = [row.body["response_id"] for row in read(tmp_path, text)]
    assert ids == [row.body["response_id"] for row in read(tmp_path, text)]
    assert len(set(ids)) == 3
    longer = [row.body["response_id"] for row in read(tmp_path, text + "t,7\nt,9\n")]
    assert longer[:3] == ids
    assert len(set(longer)) == 5
    moved = [row.body["response_id"] for row in read(tmp_path, "score,touchpoint\n8,t\n9,t\n9,t\n")]
    assert set(moved) == set(ids)


def test_two_answers_with_one_id_are_not_taken_for_one(tmp_path: Path) -> None:
    """The second is set aside and says where the first is; an exact copy is the same answer."""
    rows = read(tmp_path, "response_id,touchpoint,score\na,t,9\na,t,8\na,t,9\na,other,1\n")
    assert [row.wrong for row in rows] == ["", "line 2 has the same response_id", "", ""]


@pytest.mark.parametrize(
    ("cell", "value"), [("9", 9), ("9.0", 9), ("-1", -1), ("+3", 3), ("9.5", "9.5"), ("nine", "nine"), (9.5, 9.5)]
)
def test_a_score_in_a_cell_is_a_whole_number_or_stays_as_it_is(cell: Any, value: Any) -> None:
    """What is no whole number is left for the API to refuse."""
    assert as_whole(cell) == value
    assert type(as_whole(cell)) is type(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.85", 12.85),
        ("0", 0),
        ("-15.1", -15.1),
        ("007", "007"),
        ("1e5", "1e5"),
        ("1,5", "1,5"),
        ("٣", "٣"),
        (True, True),
    ],
)
def test_a_number_in_a_cell_is_a_number(cell: Any, value: Any) -> None:
    """What may be a code stays text."""
    assert as_number(cell) == value


@pytest.mark.parametrize(
    ("column", "name"),
    [("NbPassageKS", "nb_passage_ks"), ("  Délai (jours) ", "delai_jours"), ("HTTPCode", "http_code"), ("日本", "")],
)
def test_a_columns_name_in_snake_case(column: str, name: str) -> None:
    """Letters a to z, digits and underscores; nothing where nothing of it is left."""
    assert snake(column) == name
    assert len(snake("x" * 99)) == 40
