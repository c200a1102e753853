"""Ends well if the server in this container answers; for Docker's HEALTHCHECK."""

import os
import ssl
import urllib.request

port = os.environ.get("SFUMATO_PORT") or "8188"
scheme = "https" if os.environ.get("SFUMATO_TLS_CERT") else "http"
context = ssl.create_default_context()
context.check_hostname = False  # it is this machine that is asked, by a name in no certificate
context.verify_mode = ssl.CERT_NONE
urllib.request.urlopen(f"{scheme}://127.0.0.1:{port}/healthz", timeout=4, context=context)
