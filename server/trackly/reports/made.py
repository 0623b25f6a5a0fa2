"""What a run has made and put into the store, before its rows are written."""

from dataclasses import dataclass, replace

from trackly.reports.edition_schemas import Facts
from trackly.reports.scopes import Group


@dataclass(frozen=True, slots=True)
class MadeFile:
    format: str
    name: str
    content_type: str
    sha256: bytes
    bytes: int
    stored_name: str


@dataclass(frozen=True, slots=True)
class MadeEdition:
    """`data`: the blob with its rows, if they were kept."""

    group: Group
    as_of: str
    rows: int
    truncated: bool
    fingerprint: bytes
    facts: Facts
    files: tuple[MadeFile, ...]
    data: str | None

    def never_stopping(self) -> "MadeEdition":
        """Whether anything is sent is for the owner's edition to say: who sees less may well see nothing."""
        checks = tuple(check.model_copy(update={"stops": False}) for check in self.facts.checks)
        return replace(self, facts=self.facts.model_copy(update={"checks": checks}))

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Outside:
    """Who gets the owner's edition."""

    addresses: tuple[str, ...]
    webhooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """All editions of a run, the owner's first; `people` are those to whom one is sent, with their addresses."""

    editions: tuple[MadeEdition, ...]
    people: tuple[tuple[int, str], ...]
    outside: Outside
