"""Files of every kind become passages that keep their headings and can be linked to."""

from pathlib import Path

import pytest
from docx import Document as new_docx

from knowledge.passages import LONGEST, Document, cut, passages_of
from knowledge.reading import read_document
from tools.errors import InvalidRequest, Unsupported

MARKDOWN = """---
title: Kettles
applies_to: [windows, aws]
offers:
  - list all machines
---
# Not the title

Before any heading.

## Boiling over

- Turn it off.

```sh
# no heading: a comment in code
off --now
```

### Twice

Buy a larger one.
"""
HTML = """<html><head><title>Kettle wiki</title><style>p {}</style></head><body><nav>Home</nav>
<h1>Kettle wiki</h1><p>Intro.</p><h2 id="over">Boiling over</h2>
<ol><li>Turn it <b>off</b>.</li></ol>
<table><tr><th>Size</th><td>2 l</td></tr></table><script>steal()</script></body></html>"""
TEXT = "KB 7 - Kettle boils over\n\nSYMPTOM\nSteam.\n\nRESOLUTION\nTurn it off.\n"


def write_pdf(path: Path, lines: list[str]) -> None:
    """A PDF of one page, written by hand."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\n"
    path.write_text(f"{body}{end}startxref\n{len(body)}\n%%EOF\n", encoding="latin-1")


def read(path: Path) -> Document:
    return read_document(path, path.name)


def test_markdown_keeps_headings_and_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "kettles.md"
    path.write_text(MARKDOWN)
    document = read(path)
    assert (document.title, document.providers, document.systems) == (
        "Kettles", ("aws",), ("windows",),
    )  # fmt: skip
    assert document.offers == ("list all machines",)
    headings = [part.heading for part in document.parts]
    assert headings == ["", "Boiling over", "Boiling over > Twice"]
    assert "# no heading" in document.parts[1].text
    assert [p.link for p in passages_of(document)][-1] == "kettles.md#twice"


def test_html_is_read_without_its_frame(tmp_path: Path) -> None:
    path = tmp_path / "kettles.html"
    path.write_text(HTML)
    document = read(path)
    assert document.title == "Kettle wiki"
    assert [(p.heading, p.place) for p in document.parts] == [("", ""), ("Boiling over", "#over")]
    assert document.parts[1].text.splitlines() == ["- Turn it off .", "Size | 2 l"]
    assert "steal" not in repr(document)
    assert "Home" not in repr(document)


def test_text_is_cut_at_lines_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "kb.txt"
    path.write_text(TEXT)
    document = read(path)
    assert document.title == "KB 7 - Kettle boils over"
    assert [p.heading for p in document.parts][-2:] == ["SYMPTOM", "RESOLUTION"]


def test_docx_keeps_headings_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "kettle.docx"
    made = new_docx()
    made.add_heading("Kettle manual", 0)
    made.add_heading("Boiling over", 1)
    made.add_paragraph("Turn it off.")
    made.add_table(1, 2).rows[0].cells[1].text = "2 l"
    made.save(str(path))
    document = read(path)
    assert document.title == "Kettle manual"
    (part,) = document.parts
    assert part.heading == "Boiling over"
    assert "Turn it off." in part.text
    assert "2 l" in part.text


def test_pdf_passages_link_to_their_page(tmp_path: Path) -> None:
    path = tmp_path / "kettle.pdf"
    write_pdf(path, ["Kettle manual", "Turn it off when it boils over."])
    (passage,) = passages_of(read(path))
    assert passage.link == "kettle.pdf#page=1"
    assert "boils over" in passage.text


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.exe", b"MZ", Unsupported),
        ("a.pdf", b"not a pdf", InvalidRequest),
        ("a.docx", b"not a zip", InvalidRequest),
        ("a.md", b"", InvalidRequest),
        ("a.txt", b"\0\0\0", InvalidRequest),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=name):
        read(path)


def test_a_long_text_is_cut_and_loses_nothing() -> None:
    text = "\n\n".join(f"Paragraph {i}. " + "word " * (i % 50) for i in range(100)) + "x" * 5000
    pieces = cut(text)
    assert max(map(len, pieces)) <= LONGEST + 130
    assert "".join("".join(pieces).split()) == "".join(text.split())
