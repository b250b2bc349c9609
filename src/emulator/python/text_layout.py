"""Breaks lines where IPython does."""

from collections import deque

MAX_WIDTH = 79


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
