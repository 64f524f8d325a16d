"""Ends an upload that outgrows MAX_UPLOAD_BYTES while it is being read, for every form and the API alike."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from library.errors import ErrorCode, LibraryError


class LimitedUpload(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: counts each file and passes it on. Raises LibraryError(TOO_LARGE)."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received_bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._received_bytes += len(raw_data)
        if self._received_bytes > settings.MAX_UPLOAD_BYTES:
            raise LibraryError(ErrorCode.TOO_LARGE)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # a later handler has the file
