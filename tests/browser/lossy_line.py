"""A line of 64 kbit/s with 2 s latency that loses 30 % of what goes over it, as a TCP proxy of our own.

It stands above TCP, so it loses no packets: it cuts what passes into blocks of one second's worth, and loses a block
with the given chance. Three of four lost blocks stall the connection, as TCP does while it sends again; the fourth
breaks it, and what was on its way is gone. `factor` makes everything that takes time go faster by as much, so a test
with a factor of 100 has seen the same losses, and not the same waiting.
"""

import asyncio
import random
import threading
from contextlib import suppress
from dataclasses import dataclass

HOST = "127.0.0.1"
BUFFER_BYTES = 4096
BREAKS = 0.25


@dataclass(frozen=True)
class Weather:
    bits_a_second: int = 64_000
    loss: float = 0.30
    latency_seconds: float = 2.0
    factor: float = 1
    seed: int = 2026

    @property
    def bytes_a_second(self):
        """Of the clock on the wall, so with the factor in it."""
        return self.bits_a_second / 8 * self.factor

    @property
    def latency(self):
        return self.latency_seconds / self.factor

    @property
    def block_bytes(self):
        return self.bits_a_second // 8


class Broken(ConnectionError):
    """The line broke; both ends of this connection are cut."""


class LossyLine:
    """Listens on `port` while it is entered and leads to `target`. It is calm until `is_stormy` is set."""

    def __init__(self, target, weather=None):
        self.target, self.weather = target, weather or Weather()
        self.is_stormy = False
        self.broken = self.stalled = self.connections = self.bytes_up = 0
        self._chance = random.Random(self.weather.seed)  # noqa: S311 - weather, no secret
        self._free_at = {"up": 0.0, "down": 0.0}
        self._tasks = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._server = self._on_loop(asyncio.start_server(self._connect, HOST, 0, limit=BUFFER_BYTES))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error):
        self._on_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _on_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _end(self):
        self._server.close()
        waiting = list(self._tasks)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _connect(self, reader, writer):
        # The loop itself holds its tasks by weak references only.
        task = asyncio.current_task()
        self._tasks.add(task)
        self.connections += 1
        with suppress(asyncio.CancelledError):
            await self._lead(reader, writer)
        self._tasks.discard(task)

    async def _lead(self, reader, writer):
        writers = [writer]
        try:
            back_reader, back_writer = await asyncio.open_connection(HOST, self.target, limit=BUFFER_BYTES)
            writers.append(back_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry("up", reader, back_writer))
                group.create_task(self._carry("down", back_reader, writer))
        except* OSError:
            for one in writers:
                one.transport.abort()
        finally:
            for one in writers:
                one.close()

    async def _carry(self, way, reader, writer):
        """One direction. What is on its way is bounded, so nobody gets rid of more than the line bears."""
        on_the_way = asyncio.Queue(maxsize=max(int(self.weather.latency_seconds) + 1, 1))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(on_the_way, writer))
            while block := await self._read_block(reader):
                await self._pass(way, len(block))
                await on_the_way.put((self._loop.time() + (self.weather.latency if self.is_stormy else 0), block))
            await on_the_way.put((0, b""))

    async def _read_block(self, reader):
        """What is there, up to a block: a small request does not wait for more."""
        block = await reader.read(BUFFER_BYTES)
        while self.is_stormy and 0 < len(block) < self.weather.block_bytes:
            try:
                # asyncio.wait_for would swallow that the line is ended while something arrives.
                async with asyncio.timeout(0.005):
                    more = await reader.read(BUFFER_BYTES)
            except TimeoutError:
                break
            if not more:
                break
            block += more
        return block

    async def _pass(self, way, size):
        """The time that the line takes for so much, and what the weather does meanwhile."""
        if way == "up":
            self.bytes_up += size
        if not self.is_stormy:
            return
        starts = max(self._free_at[way], self._loop.time())
        self._free_at[way] = starts + size / self.weather.bytes_a_second
        await asyncio.sleep(self._free_at[way] - self._loop.time())
        if self._chance.random() >= self.weather.loss:
            return
        if self._chance.random() < BREAKS:
            self.broken += 1
            raise Broken
        self.stalled += 1
        await asyncio.sleep(self.weather.latency)

    async def _deliver(self, on_the_way, writer):
        while True:
            due, block = await on_the_way.get()
            await asyncio.sleep(max(due - self._loop.time(), 0))
            if not block:
                with suppress(OSError):
                    writer.write_eof()
                return
            writer.write(block)
            await writer.drain()


def hurry_up(page, factor):
    """The clock and the timers of the page go faster by the same factor as the line.

    The page's wall clock would ask the portal for the time again and again, so it stands still.
    """
    page.route("**/js/clock*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.add_init_script(
        f"""(() => {{
            const wait = window.setTimeout.bind(window), now = performance.now.bind(performance);
            window.setTimeout = (act, time, ...more) => wait(act, time / {factor}, ...more);
            performance.now = () => now() * {factor};
        }})()"""
    )
