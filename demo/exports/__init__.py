"""CSV exports of the two organizations, as spreadsheets and former systems really leave them."""

from demo.exports.files import write_exports
from demo.exports.rows import KESTREL_DEFECTS, KESTREL_SETTLED, PLANTED_BAD_ROWS

__all__ = ["KESTREL_DEFECTS", "KESTREL_SETTLED", "PLANTED_BAD_ROWS", "write_exports"]
