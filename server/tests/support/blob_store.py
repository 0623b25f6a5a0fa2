"""A real blob store beside the tests: Azurite, in its own process, on its own port, killed for real."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support.http import status_of
from tests.support.npm import installed, node
from tests.support.server import free_port
from trackly.attachments.blobs_azure import AzureBlobs

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that every Azurite has; its documentation says so."""
_LOCKED = Path(__file__).with_name("azurite")


class Azurite:
    """`start` after `stop` finds all blobs again, on the same port; after `kill` those that it had written down."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="trackly-azurite-"))
        self._main = installed(_LOCKED) / "node_modules/azurite/dist/src/blob/main.js"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def settings(self) -> dict[str, str]:
        """For a server of its own."""
        return {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_BLOB_ENDPOINT": self.endpoint,
        }

    def connect(self, container: str) -> AzureBlobs:
        return AzureBlobs.connect(ACCOUNT, KEY, container, self.endpoint)

    def start(self) -> "Azurite":
        place = ["--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--location", str(self.folder)]
        with (self.folder / "azurite.log").open("ab") as log:
            self._process = subprocess.Popen(
                [node(), self._main, *place, "--disableTelemetry", "--skipApiVersionCheck", "--silent"],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            if status_of(self.endpoint):
                return self
            time.sleep(0.05)
        raise RuntimeError(f"Azurite did not start: {(self.folder / 'azurite.log').read_text()[-2000:]}")

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        self._signal(signal.SIGTERM)
        if self._process is not None:
            self._process.wait(timeout=20)

    def freeze(self) -> None:
        """It accepts connections and says nothing, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running():
            self._process.send_signal(number)
