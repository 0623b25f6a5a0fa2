"""What the person who runs the box has to put right: one line on standard error, never a traceback."""

from typing import ClassVar


class OperatorError(RuntimeError):
    """The message names what is wrong and what helps, in one line."""

    exit_code: ClassVar[int] = 1
