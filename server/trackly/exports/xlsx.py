"""A workbook: the rows on one sheet, what they are on a second. Texts stay texts, numbers numbers, dates dates."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from trackly.exports.document import Document
from trackly.exports.plan import ColumnType
from trackly.exports.rows import Rows
from trackly.exports.xlsx_cells import DATE_STYLE, TEXT_STYLE, TIMESTAMP_STYLE, letters, text_cell
from trackly.exports.xlsx_sheet import pack_rows, packed_text
from trackly.exports.xlsx_zip import Zip

MOST_ROWS = 1_048_575
_HEAD_STYLE, _TITLE_STYLE = 1, 5
_SAMPLE = 200
_NARROWEST, _WIDEST = 8, 60
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WIDTHS = {ColumnType.DATE: 12, ColumnType.TIMESTAMP: 20, ColumnType.BOOLEAN: 8}


def write_xlsx(
    rows: Rows,
    document: Document,
    path: Path,
    most_bytes: int,
    remarks: Sequence[str] = (),
    most_rows: int = MOST_ROWS,
) -> list[str]:
    """The rows up to the last that a sheet can have, as a new file at `path`; returns `remarks` and what else it says.

    Raises ExportFailed(too_large)."""
    count = min(rows.count, most_rows)
    name = sheet_name(document.title)
    with TemporaryDirectory(dir=path.parent) as made, Zip(path, most_bytes) as archive:
        folder = Path(made)
        for part, content in _fixed_parts(name, document.moment).items():
            archive.add(part, content)
        head = packed_text(_sheet_head(rows, count), folder / "head", is_last=False)
        pieces, cut = pack_rows(rows, count, folder)
        foot = packed_text("</sheetData></worksheet>", folder / "foot", is_last=True)
        archive.add_packed("xl/worksheets/sheet1.xml", [head, *pieces, foot])
        said = [*remarks, *_said(rows.count - count, count, cut)]
        archive.add("xl/worksheets/sheet2.xml", _about(document, said))
    return said


def _said(left_out: int, rows: int, cut: int) -> list[str]:
    said = []
    if left_out:
        said.append(f"A sheet holds {rows:,} rows; {left_out:,} more are left out.")
    if cut:
        texts = "text is" if cut == 1 else "texts are"
        said.append(f"{cut:,} {texts} longer than a cell holds, and cut with an ellipsis.")
    return said


def sheet_name(title: str) -> str:
    """A name that every spreadsheet takes: 31 signs, and none that has a meaning in a reference."""
    plain = "".join(" " if sign in "[]:*?/\\" or ord(sign) < 32 else sign for sign in title)
    short = " ".join(plain.split()).encode("utf-16-le", "replace")[:62].decode("utf-16-le", "ignore").strip(" '")
    return short if short and short.lower() not in ("about", "history") else "Rows"


def _sheet_head(rows: Rows, count: int) -> str:
    last = letters(len(rows.columns) - 1)
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(_column_widths(rows), start=1)
    )
    heads = "".join(
        text_cell(f"{letters(index)}1", column.column.head, _HEAD_STYLE) for index, column in enumerate(rows.columns)
    )
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    return (
        f'{_HEAD}<worksheet {_MAIN}><dimension ref="A1:{last}{count + 1}"/>'
        f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData><row r="1">{heads}</row>'
    )


def _column_widths(rows: Rows) -> list[int]:
    sample = [*rows.texts(_SAMPLE)]
    widths = []
    for index, column in enumerate(rows.columns):
        lengths = [len((row[index] or "").split("\n", 1)[0]) for row in sample]
        content = _WIDTHS.get(column.column.type) or max(lengths, default=0)
        widths.append(min(max(content, len(column.column.head), _NARROWEST) + 2, _WIDEST))
    return widths


def _about(document: Document, remarks: Sequence[str]) -> str:
    lines = [document.subtitle, document.as_of_text, *document.lines, *remarks, *document.notes]
    rows = [text_cell("A1", document.title, _TITLE_STYLE)]
    rows += [text_cell(f"A{place}", line) for place, line in enumerate(filter(None, lines), start=2)]
    body = "".join(f'<row r="{place}">{cell}</row>' for place, cell in enumerate(rows, start=1))
    cols = '<cols><col min="1" max="1" width="100" customWidth="1"/></cols>'
    return f"{_HEAD}<worksheet {_MAIN}>{cols}<sheetData>{body}</sheetData></worksheet>".encode("latin-1").decode()


def _fixed_parts(name: str, moment: datetime | None) -> dict[str, str]:
    created = (moment or datetime(1980, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = {
        "xl/workbook.xml": f"{_OFFICE}.sheet.main+xml",
        "xl/worksheets/sheet1.xml": f"{_OFFICE}.worksheet+xml",
        "xl/worksheets/sheet2.xml": f"{_OFFICE}.worksheet+xml",
        "xl/styles.xml": f"{_OFFICE}.styles+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in parts.items())
    package = "http://schemas.openxmlformats.org/package/2006"
    core = f"{package}/relationships/metadata/core-properties"
    sheets = f'<sheet name="{escape(name)}" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/>'
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": _relations(
            ("rId1", f"{_TYPE}/officeDocument", "xl/workbook.xml"), ("rId2", core, "docProps/core.xml")
        ),
        "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>Trackly</dc:creator>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created></cp:coreProperties>',
        "xl/workbook.xml": f"{_HEAD}<workbook {_MAIN} {_REL}><sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", f"{_TYPE}/worksheet", "worksheets/sheet1.xml"),
            ("rId2", f"{_TYPE}/worksheet", "worksheets/sheet2.xml"),
            ("rId3", f"{_TYPE}/styles", "styles.xml"),
        ),
        "xl/styles.xml": _styles(),
    }


def _relations(*relations: tuple[str, str, str]) -> str:
    inside = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in relations)
    return (
        f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{inside}</Relationships>"
    )


def _styles() -> str:
    formats = {0: (0, 0, 0), _HEAD_STYLE: (49, 1, 1), TEXT_STYLE: (49, 0, 0), DATE_STYLE: (164, 0, 0)}
    formats |= {TIMESTAMP_STYLE: (165, 0, 0), _TITLE_STYLE: (49, 2, 0)}
    cells = "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="{border}" xfId="0" '
        f'applyNumberFormat="1" applyFont="1" applyBorder="1"/>'
        for _, (number, font, border) in sorted(formats.items())
    )
    font = '<name val="Calibri"/><family val="2"/></font>'
    edges = "<left/><right/><top/>"
    line = '<bottom style="thin"><color rgb="FFD3D7DE"/></bottom>'
    return (
        f'{_HEAD}<styleSheet {_MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        f'<fonts count="3"><font><sz val="11"/>{font}<font><b/><sz val="11"/>{font}'
        f'<font><b/><sz val="14"/>{font}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        f'<borders count="2"><border>{edges}<bottom/><diagonal/></border>'
        f"<border>{edges}{line}<diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
