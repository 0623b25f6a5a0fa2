"""The door to files on issues."""

from trackly.attachments.blobs import BlobEntry, BlobMissing, BlobStore
from trackly.attachments.blobs_disk import DiskBlobs
from trackly.attachments.commands import create_attachment, delete_attachment
from trackly.attachments.errors import BlobStoreDown
from trackly.attachments.images import Images
from trackly.attachments.jobs import Sweeper
from trackly.attachments.queries import get_attachment, list_attachments
from trackly.attachments.schemas import AttachmentOut
from trackly.attachments.uploads import Received, Receiver, UploadLimits

__all__ = [
    "AttachmentOut",
    "BlobEntry",
    "BlobMissing",
    "BlobStore",
    "BlobStoreDown",
    "DiskBlobs",
    "Images",
    "Received",
    "Receiver",
    "Sweeper",
    "UploadLimits",
    "create_attachment",
    "delete_attachment",
    "get_attachment",
    "list_attachments",
]
