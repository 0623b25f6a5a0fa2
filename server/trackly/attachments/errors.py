"""What an upload or a download may be refused for."""

from trackly.kit.errors import AppError, FieldError, Kind, Unavailable

STORE_RETRY_S = 5


class AttachmentNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "attachment_not_found", "There is no such attachment"


class ThumbnailNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "thumbnail_not_found", "This attachment has no thumbnail"


class ContentMissing(AppError):
    kind, code, title = Kind.NOT_FOUND, "content_missing", "The file itself is no longer in the store"


class NotTheUploader(AppError):
    kind, code, title = Kind.FORBIDDEN, "not_the_uploader", "Only its uploader or a maintainer may delete an attachment"


class NotMultipart(AppError):
    kind, code, title = Kind.UNSUPPORTED_TYPE, "not_multipart", "Send multipart/form-data with a part named file"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("Content-Type", "must be multipart/form-data")])


class BrokenUpload(AppError):
    kind, code, title = Kind.INVALID, "broken_upload", "The upload is not well-formed multipart/form-data"


class UploadInterrupted(AppError):
    kind, code, title = Kind.INVALID, "upload_interrupted", "The upload stopped before its end; nothing was kept"


class UploadTooLarge(AppError):
    kind, code, title = Kind.TOO_LARGE, "upload_too_large", "The file is too large"


class ImageTooLarge(AppError):
    kind, code, title = Kind.TOO_LARGE, "image_too_large", "The image has too many pixels"


class BlobStoreDown(Unavailable):
    code, title = "blob_store_down", "Files can't be stored or fetched at the moment; everything else works"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, retry_after_s=STORE_RETRY_S)
