"""Files of a form on the disk without a name: nothing is left of an upload, however it or the process ends."""

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from library.storage import workspace
from library.storage.pace import give_way


class UnnamedUpload(FileUploadHandler):
    """In place of Django's TemporaryFileUploadHandler, whose files have names, and stay where a process is killed."""

    file: UploadedFile

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        content = tempfile.TemporaryFile(dir=workspace.uploads_dir())  # noqa: SIM115  # the request closes it
        self.file = UploadedFile(content, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)
        give_way(len(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):  # else no file came this far
            self.file.close()
