"""Chromium without a window, driven over its debugging protocol (CDP)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PATIENCE_S = 60.0
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000")


class Page:
    """One page; `errors` are what went wrong in it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.errors: list[str] = []
        self.failed: list[tuple[int, str]] = []
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._ids = count(1)

    async def listen(self) -> None:
        """Take what the browser tells."""
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told.get("result", told))
            else:
                self._note(told["method"], told["params"])

    def _note(self, method: str, about: Any) -> None:
        match method:
            case "Runtime.exceptionThrown":
                details = about["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description", "?"))
            case "Network.responseReceived" if about["response"]["status"] >= 400:
                answer = about["response"]
                self.failed.append((answer["status"], answer["url"]))
            case _:
                pass

    async def command(self, method: str, **given: Any) -> Any:
        """Have the browser do something, and return what came of it."""
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": given})
        return await asyncio.wait_for(self._answers[number], PATIENCE_S)

    async def evaluate(self, script: str) -> Any:
        """Return what a script comes to; a promise is waited for."""
        given = {"expression": script, "awaitPromise": True, "returnByValue": True}
        return (await self.command("Runtime.evaluate", **given))["result"].get("value")

    async def wait_for(self, script: str) -> Any:
        """Wait until a script comes to something true, and return it."""
        async with asyncio.timeout(PATIENCE_S):
            while not (value := await self.evaluate(script)):
                await asyncio.sleep(0.2)
        return value

    async def picture(self, path: Path) -> None:
        """Keep what the page looks like."""
        shot = await self.command("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(shot["data"]))


@asynccontextmanager
async def opened(url: str, profile: Path) -> AsyncGenerator[Page]:
    """Open a page in a browser of its own."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    with subprocess.Popen([*command, "about:blank"], stderr=subprocess.PIPE) as process:
        try:
            port = await asyncio.to_thread(_port, process)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    targets = await answer.json()
                target = next(each for each in targets if each["type"] == "page")
                address = target["webSocketDebuggerUrl"]
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    listening = asyncio.create_task(page.listen())
                    for domain in ("Runtime", "Network", "Page"):
                        await page.command(f"{domain}.enable")
                    await page.command("Page.navigate", url=url)
                    yield page
                    listening.cancel()
        finally:
            process.kill()


def _port(process: subprocess.Popen[bytes]) -> str:
    """Return where the browser listens, which it says among its errors."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(rb"ws://127\.0\.0\.1:(\d+)/", line):
            return found[1].decode()
    raise AssertionError("the browser ended")
