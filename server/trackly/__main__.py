"""`python -m trackly`."""

import os
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # while nothing is there yet that would have to be put in order
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")  # else it searches every installed package for some

from trackly.cli import main  # noqa: E402 - the signal first

sys.exit(main())
