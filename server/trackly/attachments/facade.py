"""The door to files on issues."""

from trackly.attachments.blobs import BlobEntry, BlobMissing, BlobStore, new_blob_name
from trackly.attachments.blobs_disk import DiskBlobs
from trackly.attachments.commands import create_attachment, delete_attachment, remove_blobs_later
from trackly.attachments.errors import (
    BlobStoreDown,
    BrokenUpload,
    ContentMissing,
    NotMultipart,
    UploadInterrupted,
    UploadTooLarge,
)
from trackly.attachments.images import Images
from trackly.attachments.jobs import Sweeper
from trackly.attachments.multipart import FileForm, boundary_of
from trackly.attachments.names import clean_name
from trackly.attachments.queries import StoredFile, get_attachment, list_attachments
from trackly.attachments.schemas import AttachmentOut
from trackly.attachments.uploads import Received, Receiver, UploadLimits, read_file

__all__ = [
    "AttachmentOut",
    "BlobEntry",
    "BlobMissing",
    "BlobStore",
    "BlobStoreDown",
    "BrokenUpload",
    "ContentMissing",
    "DiskBlobs",
    "FileForm",
    "Images",
    "NotMultipart",
    "Received",
    "Receiver",
    "StoredFile",
    "Sweeper",
    "UploadInterrupted",
    "UploadLimits",
    "UploadTooLarge",
    "boundary_of",
    "clean_name",
    "create_attachment",
    "delete_attachment",
    "get_attachment",
    "list_attachments",
    "new_blob_name",
    "read_file",
    "remove_blobs_later",
]
