"""Shows a value as IPython does: the text/plain form of a cell's last expression, line breaks included."""

from emulator_text_layout import MAX_WIDTH, Layout
from emulator_value_printers import BY_NAME, BY_TYPE, MAX_ITEMS, Verbatim, show_plain_object, show_repr


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


def pretty_text(value):
    printer = Printer()
    printer.pretty(value)
    return printer.getvalue()
