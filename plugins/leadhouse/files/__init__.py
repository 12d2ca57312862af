"""Stored files: rows with owner, type, size and hash under the policies; bytes under any fsspec address."""

from leadhouse.files.objects import (
    Bucket,
    FileMissingError,
    FileRefusedError,
    StoredFile,
    delete,
    ensure_bucket,
    find,
    find_bucket,
    find_by_key,
    list_files,
    open_file,
    put,
    restore,
)
from leadhouse.files.store import FileTooLargeError
from leadhouse.files.sweeping import sweep_expired
from leadhouse.files.uploads import Part, abort_upload, complete_upload, list_parts, start_upload, upload_part

__all__ = [
    "Bucket", "FileMissingError", "FileRefusedError", "FileTooLargeError", "Part", "StoredFile", "abort_upload",
    "complete_upload", "delete", "ensure_bucket", "find", "find_bucket", "find_by_key", "list_files", "list_parts",
    "open_file", "put", "restore", "start_upload", "sweep_expired", "upload_part",
]  # fmt: skip
