"""What the installation itself keeps."""

from sqlalchemy import CheckConstraint, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base


class SecretCanaryRow(Base):
    """One sealed word. A key that does not open it is not the key of this database."""

    __tablename__ = "secret_canary"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sealed: Mapped[str] = mapped_column(Text, nullable=False)
