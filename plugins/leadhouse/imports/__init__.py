"""Files that people give: a table in any dialect becomes records of one organization, row by row.

``text_file``, ``workbook`` and their neighbours make rows of bytes, ``columns`` says what each column states,
``row_records`` makes records of a row, ``csv_import`` lands them.
"""

from leadhouse.imports.errors import ImportFileError

__all__ = ["ImportFileError"]
