"""A workbook of one sheet, as small as Excel would accept it, from plain values."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_REL}/{{kind}}" Target="{{target}}"/>{{more}}</Relationships>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_STYLES = (
    f'<styleSheet {_MAIN}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
Cell = str | int | float | bool | date | datetime | None


def workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    """The bytes of an XLSX file with these rows from A1 on."""
    lines = "".join(
        f'<row r="{r}">{"".join(_cell(r, c, value) for c, value in enumerate(row))}</row>'
        for r, row in enumerate(rows, 1)
    )
    styles = f'<Relationship Id="r2" Type="{_REL}/styles" Target="styles.xml"/>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS.format(kind="officeDocument", target="xl/workbook.xml", more=""),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_REL}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _RELS.format(kind="worksheet", target="worksheets/sheet1.xml", more=styles),
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return made.getvalue()


def _cell(row: int, column: int, value: Cell) -> str:
    place = f"{chr(65 + column)}{row}"
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case datetime():
            serial = (value - datetime(1899, 12, 30, tzinfo=UTC)).total_seconds() / 86_400
            return f'<c r="{place}" s="2"><v>{serial!r}</v></c>'
        case date():
            return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        case _:
            return f'<c r="{place}"><v>{value}</v></c>'
