"""What the Pyodide engine adds to the runner: interruptible sleep, and an honest word about packages that are missing."""

import asyncio
import builtins
import linecache
import random
import sys
import time

from emulator_cell_runner import CellRunner

NAP_SECONDS = 0.05

# Named so that the reader of a traceback knows that the cloud would have run the code.
CLOUD_PACKAGES = frozenset(
    "bs4 docx lxml matplotlib networkx numpy openpyxl pandas PIL pptx pyarrow reportlab requests scipy seaborn sklearn "
    "statsmodels sympy tabulate xlsxwriter".split()
)


def open_session(on_finish, nap):
    """`nap(milliseconds)` blocks, and tells whether the cell's time is over."""
    runner = CellRunner(on_finish, explain_missing_module)
    run_hidden(runner, "1+1")
    random.seed()
    time.sleep = interruptible_sleep(nap)
    asyncio.run = refuse_second_loop
    builtins.display = runner.display
    return runner


def warm_up():
    """Imports what a first success and first failures need, so that a snapshot of the memory holds it."""
    runner = CellRunner(None, explain_missing_module)
    for source in ("[1]", "1/0", "def", "import nowhere", "print("):
        run_hidden(runner, source)


def run_hidden(runner, source):
    runner.start(source)
    builtins.__dict__.pop("_", None)
    runner.count = 0
    linecache.clearcache()


def interruptible_sleep(nap):
    def sleep(seconds, /):
        if not hasattr(seconds, "__float__") and not hasattr(seconds, "__index__"):
            raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer or float")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if nap(min(left, NAP_SECONDS) * 1000):
                raise KeyboardInterrupt

    return sleep


def refuse_second_loop(main, **_options):
    # A notebook's loop already runs; Pyodide would answer with words about WebAssembly.
    if asyncio.iscoroutine(main):
        main.close()
    raise RuntimeError("asyncio.run() cannot be called from a running event loop; use `await` at the top level instead")


def explain_missing_module(error):
    package = (error.name or "").partition(".")[0]
    if not package or package in sys.stdlib_module_names:
        return
    known = f"; the cloud's Python pools have {package}" if package in CLOUD_PACKAGES else ""
    error.msg = f"No module named {error.name!r} (the emulator's Pyodide has the standard library only{known})"
