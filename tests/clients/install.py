"""Install clients that other projects wrote for ComfyUI, outside the checkout.

    python -m tests.clients.install    prints the folder

They go to `sfumato-clients` in the folder for temporary files; what is there already stays.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

FOLDER = Path(tempfile.gettempdir()) / "sfumato-clients"
PYTHON = FOLDER / "python" / ("Scripts" if sys.platform == "win32" else "bin")
FROM_PIP = (
    "comfy-api-simplified==1.6.0",
    "comfyui-workflow-client==0.1.0",
    "comfy-script[client,runtime]==0.6.1",
    "comfy-cli==1.23.0",
    "comfy-api-proxy==0.1.6",
)
FROM_NPM = ("@saintno/comfyui-sdk@0.3.1", "@stable-canvas/comfyui-client@1.5.9", "ws@8")
#: Open WebUI is a whole application; of its wheel one file is kept.
OPEN_WEBUI = "open-webui==0.12.4"
ITS_MODULE = "open_webui/utils/images/comfyui.py"
EDITORS = ("comfyui-frontend-package==1.27.10", "comfyui-frontend-package==1.58.1")


def run(*command: str | Path) -> None:
    """Run a command; its output is not the folder's name, so it goes to the errors."""
    subprocess.run(command, check=True, stdout=sys.stderr)


def install() -> None:
    """Install what is missing."""
    pins = json.dumps([FROM_PIP, FROM_NPM, OPEN_WEBUI, EDITORS])
    stamp = FOLDER / "installed.json"
    if stamp.is_file() and stamp.read_text() == pins:
        return
    venv.create(FOLDER / "python", with_pip=True)
    pip = (PYTHON / "python", "-m", "pip", "--quiet")
    run(*pip, "install", *FROM_PIP)
    run("npm", "install", "--silent", "--prefix", FOLDER / "npm", *FROM_NPM)
    for wheel in EDITORS:
        run(*pip, "download", "--no-deps", "--dest", FOLDER / "wheels", wheel)
    with tempfile.TemporaryDirectory() as folder:
        run(*pip, "download", "--no-deps", "--dest", folder, OPEN_WEBUI)
        (wheel,) = Path(folder).glob("*.whl")
        with ZipFile(wheel) as archive:
            archive.extract(ITS_MODULE, FOLDER)
    stamp.write_text(pins)


if __name__ == "__main__":
    install()
    print(FOLDER)
