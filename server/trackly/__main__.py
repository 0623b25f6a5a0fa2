"""`python -m trackly`."""

import os
import sys

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")  # else it searches every installed package for some

from trackly.cli import main

sys.exit(main())
