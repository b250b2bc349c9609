"""Runs the cells of one session, as a notebook kernel does. Every engine that has a Python runs this same file."""

import __main__
import __future__
import asyncio
import builtins
import inspect
import io
import json
import linecache
import os
import re
import sys
import traceback

from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from emulator_cell_source import NO_SHELL, parse_cell
from emulator_pretty_printer import pretty_text
from emulator_rich_values import as_image, describe, take_open_figures

MAX_FAILURE_CHARACTERS = 8_000_000
SURROGATE = re.compile(r"[\ud800-\udfff]")
FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


class CellRunner:
    """`on_finish` is told the outcome of a cell that awaits; one that does not returns its outcome at once."""

    def __init__(self, on_finish, explain_missing_module=None, shell_line=NO_SHELL):
        self.on_finish = on_finish
        self.explain_missing_module = explain_missing_module
        self.shell_line = shell_line
        self.count = 0
        self.flags = PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.task = None
        self.displayed = None
        self.streams = (sys.stdout, sys.stderr)

    def start(self, source):
        self.count += 1
        self.displayed = None
        self._restore_streams()
        try:
            codes, has_value = self._compile(source, f"<cell {self.count}>")
            if any(code.co_flags & inspect.CO_COROUTINE for code in codes):
                self.task = asyncio.get_event_loop().create_task(self._run_awaiting(codes, has_value))
                return None
            return self._succeeded(self._run(codes), has_value)
        except BaseException as error:
            return self._failed(error)

    def cancel(self):
        if self.task is not None:
            self.task.cancel()

    def display(self, *values, **_options):
        for value in values:
            picture = as_image(value)
            if picture:
                self.displayed = picture
            else:
                print(pretty_text(value))

    def _compile(self, source, filename):
        lines = [line + "\n" for line in source.split("\n")]
        linecache.cache[filename] = (len(source), None, lines, filename)
        cell = parse_cell(source, filename, self.shell_line)
        codes = [self._compile_part(cell.statements, filename, "exec")]
        if cell.expression is not None:
            codes.append(self._compile_part(cell.expression, filename, "eval"))
        return codes, cell.expression is not None

    def _compile_part(self, tree, filename, mode):
        code = compile(tree, filename, mode, self.flags, dont_inherit=True)
        self.flags |= code.co_flags & FUTURE_FLAGS
        return code

    def _run(self, codes):
        value = None
        for code in codes:
            value = eval(code, __main__.__dict__)
        return value

    async def _run_awaiting(self, codes, has_value):
        # A KeyboardInterrupt or SystemExit that reached the event loop would leave the cell unanswered.
        try:
            value = None
            for code in codes:
                value = eval(code, __main__.__dict__)
                if code.co_flags & inspect.CO_COROUTINE:
                    value = await value
            outcome = self._succeeded(value, has_value)
        except BaseException as error:
            outcome = self._failed(error)
        self.task = None
        self.on_finish(outcome)

    def _succeeded(self, value, has_value):
        described = describe(value) if has_value else {"type": "none"}
        if has_value and value is not None:
            builtins._ = value
        figure = take_open_figures() or self.displayed
        self._flush()
        return as_json({"status": "ok", "value": figure or described})

    def _failed(self, error):
        # The deadline may strike again while a failure is described: then its name must do.
        failure = {"name": type(error).__name__, "message": "", "traceback": f"{type(error).__name__}\n"}
        picture = {"type": "none"}
        try:
            picture = take_open_figures() or picture
            self._flush()
            if isinstance(error, ModuleNotFoundError) and self.explain_missing_module:
                self.explain_missing_module(error)
            failure["message"] = shortened(text_of(error))
            failure["traceback"] = shortened(self._traceback(error))
        except BaseException:
            pass
        return as_json({"status": "error", "error": failure, "value": picture})

    def _traceback(self, error):
        trim(error, set())
        try:
            return "".join(traceback.format_exception(error))
        except Exception:
            return f"{type(error).__name__}: {text_of(error)}\n"

    def _restore_streams(self):
        for place, name in enumerate(("stdout", "stderr")):
            stream = self.streams[place]
            if stream.closed:
                stream = io.TextIOWrapper(
                    io.FileIO(place + 1, "w", closefd=False), "utf-8", line_buffering=True, write_through=True
                )
                self.streams = (stream, self.streams[1]) if place == 0 else (self.streams[0], stream)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        if getattr(getattr(sys, "stdin", None), "closed", True):
            # exit() closes it. There is nothing to be read from it in any engine.
            sys.stdin = sys.__stdin__ = io.open(os.devnull, encoding="utf-8")

    def _flush(self):
        for stream in (sys.stdout, sys.stderr, *self.streams):
            try:
                stream.flush()
            except Exception:
                # User code may have put anything in the stream's place; its output is lost with it.
                pass


def trim(error, seen):
    """Drops what is not the user's: the frames above the cell, and the emulator's own below it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    frames = []
    frame = error.__traceback__
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if name.startswith("<cell ") or (frames and not name.startswith("<emulator_")):
            frames.append(frame)
        frame = frame.tb_next
    for frame, below in zip(frames, [*frames[1:], None]):
        frame.tb_next = below
    error.__traceback__ = frames[0] if frames else None
    trim(error.__cause__, seen)
    trim(error.__context__, seen)
    for inner in getattr(error, "exceptions", ()) if isinstance(error, BaseExceptionGroup) else ():
        trim(inner, seen)


def text_of(error):
    try:
        return str(error)
    except Exception:
        return "<the exception's own __str__ failed>"


def shortened(text):
    left_out = len(text) - MAX_FAILURE_CHARACTERS
    if left_out <= 0:
        return text
    half = MAX_FAILURE_CHARACTERS // 2
    return f"{text[:half]}\n... ({left_out} characters are left out here)\n{text[-half:]}"


def as_json(message):
    # Escapes would make of a character up to twelve bytes, and the wire has a limit in bytes. Halves of characters have no bytes.
    text = json.dumps(message, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return text
