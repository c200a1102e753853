"""A first run of 1,000 nodes that do nothing, watched over ComfyUI's websocket: seconds and bytes.

python -m benchmarks thousand_nodes [NODES]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from benchmarks.serving import Prompts, Server, Socket, serving, trivial, wait_for_worker

NODES, ROUNDS = 1000, 5
#: Asked for; and ComfyUI 0.3.64 on two cores.
LIMIT_S, LIMIT_MB = 0.5, 1.0
COMFYUI = "2.6 to 5.0 s, 204 MB"


async def measure(server: Server, nodes: int) -> None:
    prompts = Prompts(server)
    await prompts.open()
    native = Socket(server, "/api/v1/events")
    await native.open()
    listening = asyncio.create_task(_read(native))
    await (await prompts.post(trivial(-1)))
    times: list[float] = []
    sizes: list[tuple[int, int]] = []
    for round_ in range(ROUNDS):
        before = prompts.socket.received, native.received
        started = time.perf_counter()
        end = await prompts.post(trivial(round_, nodes))
        times.append(await end - started)
        await asyncio.sleep(0.5)  # the native events of the end may still be on their way
        sizes.append((prompts.socket.received - before[0], native.received - before[1]))
    middle = statistics.median(times)
    print(f"{'seconds':<22}{middle:8.2f}, slowest {max(times):.2f}  (at most {LIMIT_S})")
    for index, name in enumerate(("ComfyUI's websocket", "native websocket")):
        most = max(size[index] for size in sizes) / 1e6
        print(f"{name:<22}{most:8.2f} MB  (at most {LIMIT_MB:.0f})")
    print(f"ComfyUI: {COMFYUI}")
    listening.cancel()
    prompts.close()
    native.close()


async def _read(socket: Socket) -> None:
    while True:
        await socket.receive()


def main(arguments: list[str]) -> None:
    nodes = int(arguments[0]) if arguments else NODES
    with serving() as server:
        wait_for_worker(server)
        asyncio.run(measure(server, nodes))


if __name__ == "__main__":
    main(sys.argv[1:])
