"""What the host engine adds to the runner: its wire, the signal that ends a cell's time, and a loop that never stops."""

import asyncio
import builtins
import fcntl
import json
import os
import signal
import sys

from emulator_cell_runner import CellRunner

REQUESTS, REPLIES = 3, 4
# Above what code that closes or duplicates descriptors is likely to touch.
FIRST_PRIVATE_DESCRIPTOR = 200
READ_BYTES = 1 << 16
RUN_LINE = '__import__("emulator_host_shell").run_line({!r})'

# For an interrupt that comes when the cell is over and its outcome not yet in hand.
INTERRUPTED = json.dumps(
    {
        "status": "error",
        "error": {"name": "KeyboardInterrupt", "message": "", "traceback": "KeyboardInterrupt\n"},
        "value": {"type": "none"},
    }
)


def serve():
    Session().serve()


def or_end(step, end=os._exit):
    """Ends the process if the step fails, as it does when code has closed the descriptors of others: nobody could be answered."""

    def attempt(*arguments):
        try:
            step(*arguments)
        except Exception:
            end(1)

    return attempt


class Session:
    def __init__(self):
        self.process = os.getpid()
        self.requests, self.replies, self.stdout, self.stderr = (
            fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, FIRST_PRIVATE_DESCRIPTOR) for each in (REQUESTS, REPLIES, 1, 2)
        )
        os.close(REQUESTS)
        os.close(REPLIES)
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.runner = CellRunner(self.finish, shell_line=RUN_LINE)
        self.cell = None
        self.working = False
        self.timed_out = False
        self.held = b""
        builtins.display = self.runner.display

    def serve(self):
        signal.signal(signal.SIGINT, self.on_deadline)
        self.loop.add_reader(self.requests, self.read)
        self.reply('{"id": 0}')
        while True:
            try:
                self.loop.run_forever()
            except BaseException as error:
                # A task beside the cell raised what the loop does not hold: KeyboardInterrupt or SystemExit.
                if isinstance(error, KeyboardInterrupt):
                    self.runner.cancel()

    @or_end
    def read(self):
        data = os.read(self.requests, READ_BYTES)
        if not data:
            os._exit(0)
        *lines, self.held = (self.held + data).split(b"\n")
        for line in lines:
            self.run(json.loads(line))

    def run(self, cell):
        self.cell = cell
        self.timed_out = False
        self.restore_descriptors()
        try:
            self.working = True
            outcome = self.runner.start(cell["code"])
            self.working = False
        except KeyboardInterrupt:
            self.working = False
            outcome = INTERRUPTED
        if outcome is not None:
            self.finish(outcome)

    @or_end
    def finish(self, outcome):
        if self.cell is None:
            return
        cell, self.cell = self.cell, None
        if os.getpid() != self.process:
            # A child that the code forked has come to the end of the cell: the answer is its parent's.
            os._exit(0)
        self.restore_descriptors()
        mark = cell["mark"].encode()
        for stream in (self.stdout, self.stderr):
            write_all(stream, mark)
        timed_out = json.dumps(self.timed_out)
        self.reply(f'{{"id": {cell["id"]}, "timedOut": {timed_out}, "outcome": {outcome}}}')

    def reply(self, message):
        write_all(self.replies, message.encode() + b"\n")

    def on_deadline(self, _number, _frame):
        if self.cell is None:
            return
        self.timed_out = True
        # Where the code itself is running it is interrupted; where it waits, the loop is woken to cancel it.
        if self.working or asyncio.current_task(self.loop) is not None:
            raise KeyboardInterrupt
        self.loop.call_soon_threadsafe(self.runner.cancel)

    def restore_descriptors(self):
        for place, kept in ((1, self.stdout), (2, self.stderr)):
            os.dup2(kept, place, inheritable=True)
        signal.signal(signal.SIGINT, self.on_deadline)


def write_all(descriptor, data):
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
