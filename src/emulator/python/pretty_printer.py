"""Shows a value as IPython does: the text/plain form of a cell's last expression, line breaks included."""

import inspect
import re
import sys
import types
from collections import deque

MAX_WIDTH = 79
MAX_ITEMS = 1000


class Group:
    def __init__(self, depth):
        self.depth = depth
        self.breaks = deque()
        self.broken = False


class Break:
    def __init__(self, separator, group, indentation):
        self.separator = separator
        self.group = group
        self.indentation = indentation


class Layout:
    """Fits text to the width: what has not been written yet waits, and an overflow breaks the outermost waiting group."""

    def __init__(self):
        self.written = []
        self.column = 0
        self.waiting = deque()
        self.waiting_width = 0
        self.indentation = 0
        root = Group(0)
        self.open_groups = [root]
        self.by_depth = [[root]]

    def text(self, text):
        if self.waiting:
            self.waiting.append(text)
            self.waiting_width += len(text)
            self._fit()
        else:
            self.written.append(text)
            self.column += len(text)

    def breakable(self, sep=" "):
        group = self.open_groups[-1]
        if group.broken:
            self._new_line()
            return
        item = Break(sep, group, self.indentation)
        group.breaks.append(item)
        self.waiting.append(item)
        self.waiting_width += len(sep)
        self._fit()

    def break_(self):
        group = self._outermost()
        if group:
            self._break(group)
        self._new_line()

    def begin_group(self, indent=0, open=""):
        if open:
            self.text(open)
        group = Group(self.open_groups[-1].depth + 1)
        self.open_groups.append(group)
        while len(self.by_depth) <= group.depth:
            self.by_depth.append([])
        self.by_depth[group.depth].append(group)
        self.indentation += indent

    def end_group(self, dedent=0, close=""):
        self.indentation -= dedent
        group = self.open_groups.pop()
        if not group.breaks:
            self._forget(group)
        if close:
            self.text(close)

    def group(self, indent=0, open="", close=""):
        return GroupContext(self, indent, open, close)

    def flush(self):
        while self.waiting:
            self._write(self.waiting.popleft())
        self.waiting_width = 0

    def getvalue(self):
        self.flush()
        return "".join(self.written)

    def _new_line(self):
        self.flush()
        self.written.append("\n" + " " * self.indentation)
        self.column = self.indentation

    def _fit(self):
        while self.column + self.waiting_width > MAX_WIDTH:
            group = self._outermost()
            if group is None:
                return
            self._break(group)

    def _break(self, group):
        while group.breaks:
            self._write(self.waiting.popleft())
        while self.waiting and isinstance(self.waiting[0], str):
            self._write(self.waiting.popleft())

    def _write(self, item):
        if isinstance(item, str):
            self.waiting_width -= len(item)
            self.written.append(item)
            self.column += len(item)
            return
        self.waiting_width -= len(item.separator)
        item.group.breaks.popleft()
        if item.group.broken:
            self.written.append("\n" + " " * item.indentation)
            self.column = item.indentation
            return
        if not item.group.breaks:
            self._forget(item.group)
        self.written.append(item.separator)
        self.column += len(item.separator)

    def _outermost(self):
        for groups in self.by_depth:
            # IPython takes the newest group with a break, but drops the one at the mirrored place. Its line breaks
            # depend on it.
            for place, group in enumerate(reversed(groups)):
                if group.breaks:
                    del groups[place]
                    group.broken = True
                    return group
            for group in groups:
                group.broken = True
            groups.clear()
        return None

    def _forget(self, group):
        groups = self.by_depth[group.depth]
        if group in groups:
            groups.remove(group)


class GroupContext:
    def __init__(self, layout, indent, open, close):
        self.layout, self.indent, self.open, self.close = layout, indent, open, close

    def __enter__(self):
        self.layout.begin_group(self.indent, self.open)

    def __exit__(self, *_):
        self.layout.end_group(self.indent, self.close)


class Printer(Layout):
    """The `p` that a `_repr_pretty_(p, cycle)` method is given."""

    verbose = False
    max_width = MAX_WIDTH
    max_seq_length = MAX_ITEMS

    def __init__(self):
        super().__init__()
        self.stack = []

    def pretty(self, value):
        cycle = id(value) in self.stack
        self.stack.append(id(value))
        self.begin_group()
        try:
            self._show(value, cycle)
        finally:
            self.end_group()
            self.stack.pop()

    def items(self, values):
        for place, value in enumerate(values):
            if place:
                self.text(",")
                self.breakable()
            if place == MAX_ITEMS:
                self.text("...")
                return
            yield value

    def call(self, name, *arguments, **named):
        with self.group(len(name) + 1, name + "(", ")"):
            for place, argument in enumerate(arguments):
                if place:
                    self.text(",")
                    self.breakable()
                argument(self) if isinstance(argument, Verbatim) else self.pretty(argument)
            for place, (key, argument) in enumerate(named.items(), len(arguments)):
                if place:
                    self.text(",")
                    self.breakable()
                with self.group(len(key) + 1, key + "="):
                    self.pretty(argument)

    def _show(self, value, cycle):
        for cls in type(value).__mro__:
            show = BY_TYPE.get(cls) or BY_NAME.get((cls.__module__, cls.__name__))
            if show:
                return show(value, self, cycle)
            members = cls.__dict__
            if callable(members.get("_repr_pretty_")):
                return cls._repr_pretty_(value, self, cycle)
            if cls is not object and callable(members.get("__repr__")):
                return show_repr(value, self, cycle)
        show_plain_object(value, self, cycle)


class Verbatim:
    def __init__(self, text):
        self.value = text

    def __call__(self, printer):
        printer.text(self.value)


def pretty_text(value):
    printer = Printer()
    printer.pretty(value)
    return printer.getvalue()


def show_repr(value, printer, cycle):
    with printer.group():
        for place, line in enumerate(repr(value).splitlines()):
            if place:
                printer.break_()
            printer.text(line)


def show_plain_object(value, printer, cycle):
    with printer.group(1, "<", ">"):
        printer.pretty(type(value))
        printer.text(" at 0x%x" % id(value))
        if cycle:
            printer.text(" ...")


def sequence(start, end):
    def show(value, printer, cycle):
        if cycle:
            return printer.text(start + "..." + end)
        with printer.group(len(start), start, end):
            for item in printer.items(value):
                printer.pretty(item)
            if len(value) == 1 and isinstance(value, tuple):
                printer.text(",")

    return show


def unordered(start, end, empty):
    def show(value, printer, cycle):
        if cycle:
            return printer.text(start + "..." + end)
        if len(value) == 0:
            return printer.text(empty)
        with printer.group(len(start), start, end):
            for item in printer.items(value if len(value) >= MAX_ITEMS else in_order(value)):
                printer.pretty(item)

    return show


def mapping(start, end):
    def show(value, printer, cycle):
        if cycle:
            return printer.text("{...}")
        with printer.group(len(start), start, end):
            for key in printer.items(value):
                printer.pretty(key)
                printer.text(": ")
                printer.pretty(value[key])

    return show


def in_order(values):
    values = list(values)
    try:
        return sorted(values)
    except Exception:
        try:
            return sorted(values, key=str)
        except Exception:
            return values


def constructed(arguments):
    def show(value, printer, cycle):
        name = type(value).__name__
        if cycle:
            return printer.call(name, Verbatim("..."))
        positional, named = arguments(value)
        printer.call(name, *positional, **named)

    return show


def show_class(value, printer, cycle):
    if next(cls for cls in type(value).__mro__ if "__repr__" in vars(cls)) is not type:
        return show_repr(value, printer, cycle)
    module = getattr(value, "__module__", None)
    name = value.__qualname__
    printer.text(name if module in (None, "builtins") else f"{module}.{name}")


def show_function(value, printer, cycle):
    name = getattr(value, "__qualname__", value.__name__)
    module = value.__module__
    if module and module != "builtins":
        name = f"{module}.{name}"
    try:
        name += str(inspect.signature(value))
    except ValueError:
        pass
    printer.text(f"<function {name}>")


def show_exception(value, printer, cycle):
    cls = type(value)
    name = cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    printer.call(name, *getattr(value, "args", ()))


def show_super(value, printer, cycle):
    with printer.group(8, "<super: ", ">"):
        printer.pretty(value.__thisclass__)
        printer.text(",")
        printer.breakable()
        printer.pretty(value.__self__)


def show_pattern(value, printer, cycle):
    pattern = "r" + repr(value.pattern).replace("\\\\", "\\")
    names = ("IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")
    flags = "|".join("re." + name for name in names if value.flags & getattr(re, name))
    printer.call("re.compile", Verbatim(pattern), *([Verbatim(flags)] if flags else []))


BY_TYPE = {
    tuple: sequence("(", ")"),
    list: sequence("[", "]"),
    dict: mapping("{", "}"),
    set: unordered("{", "}", "set()"),
    frozenset: unordered("frozenset({", "})", "frozenset()"),
    types.MappingProxyType: mapping("mappingproxy({", "})"),
    type: show_class,
    types.FunctionType: show_function,
    types.BuiltinFunctionType: show_function,
    types.MethodType: show_repr,
    types.SimpleNamespace: lambda value, printer, cycle: printer.call(
        "namespace", *([Verbatim("...")] if cycle else []), **({} if cycle else vars(value))
    ),
    BaseException: show_exception,
    super: show_super,
    re.Pattern: show_pattern,
}

BY_NAME = {
    ("collections", "defaultdict"): constructed(lambda v: ((v.default_factory, dict(v)), {})),
    ("collections", "OrderedDict"): constructed(lambda v: ((list(v.items()),) if v else (), {})),
    ("collections", "Counter"): constructed(lambda v: ((dict(v),) if v else (), {})),
    ("collections", "UserList"): constructed(lambda v: ((v.data,), {})),
    ("collections", "deque"): constructed(
        lambda v: ((list(v),), {} if v.maxlen is None else {"maxlen": v.maxlen})
    ),
    ("os", "_Environ"): mapping("environ{", "}"),
}
