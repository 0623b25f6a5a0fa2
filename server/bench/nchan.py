"""The peer of the fan-out: nginx with nchan, one worker, Server-Sent Events, its own folder and port."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psutil

_MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/share/nginx/modules"))
_CONF = """
load_module {module};
worker_processes 1;
worker_rlimit_nofile 65536;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{user}
events {{ worker_connections 20000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  nchan_shared_memory_size 128m;
  server {{
    listen 127.0.0.1:{port} sndbuf=64k;
    location = /pub {{ nchan_publisher; nchan_channel_id feed; nchan_message_buffer_length 1000; }}
    location = /sub {{ nchan_subscriber eventsource; nchan_channel_id feed; nchan_subscriber_first_message newest; }}
  }}
}}
"""


class NchanMissing(RuntimeError):
    """nginx or its nchan module is not installed (Debian: nginx, libnginx-mod-nchan)."""


class Nchan:
    def __init__(self, port: int) -> None:
        nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
        module = next((f / "ngx_nchan_module.so" for f in _MODULES if (f / "ngx_nchan_module.so").exists()), None)
        if nginx is None or module is None:
            raise NchanMissing(NchanMissing.__doc__)
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="trackly-nchan-"))
        user = "user root;" if os.geteuid() == 0 else ""
        conf = self.folder / "nginx.conf"
        conf.write_text(_CONF.format(module=module, folder=self.folder, port=port, user=user))
        self.process = subprocess.Popen([nginx, "-p", str(self.folder), "-c", str(conf)])

    def worker(self) -> psutil.Process:
        """The process that delivers."""
        return psutil.Process(self.process.pid).children()[0]

    async def publisher(self) -> asyncio.StreamWriter:
        """A kept connection to post on; answers are read and dropped."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)

        async def drop() -> None:
            while await reader.read(65536):
                pass

        self._drop = asyncio.create_task(drop())
        return writer

    def close(self) -> None:
        self._drop.cancel()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def post(body: bytes) -> bytes:
    """A message as a POST on a kept connection."""
    return b"POST /pub HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
