"""Records in spreadsheets: from a document to a row of text and back, without loss.

``rows_of`` lays documents out as a table, ``documents_of`` reads a table that an officer filled in,
ours or one that was made for something else, and says what is wrong by row and column. Files of
tables are read and written by ``csv_file``, ``xlsx_reading`` and ``xlsx_writing``, bytes in and
bytes out. What becomes of the documents is ``node.service.sheets``'s business.
"""

from __future__ import annotations

from node.core.sheets.columns import SHEETS, Column
from node.core.sheets.places import Places, known_places, place_key
from node.core.sheets.reader import Reader
from node.core.sheets.reading import Outcome, RowRead, documents_of
from node.core.sheets.table import Row, Table
from node.core.sheets.wording import CellFinding
from node.core.sheets.writing import rows_of, template_of

__all__ = [
    "SHEETS",
    "CellFinding",
    "Column",
    "Outcome",
    "Places",
    "Reader",
    "Row",
    "RowRead",
    "Table",
    "documents_of",
    "known_places",
    "place_key",
    "rows_of",
    "template_of",
]
