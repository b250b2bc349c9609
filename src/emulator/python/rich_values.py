"""Turns the value of a cell into what travels to the service's answer: nothing, a JSON scalar, text or an image."""

import base64
import io
import math
import sys

from emulator_pretty_printer import pretty_text

# Beyond this a JSON number is no longer exact for every reader.
MAX_EXACT_INTEGER = 2**53
MAX_RESULT_CHARACTERS = 8_000_000


def describe(value):
    if value is None:
        return {"type": "none"}
    image = as_image(value)
    if image:
        return image
    text = within_limit(pretty_text(value))
    kind = type(value)
    if kind is str:
        return {"type": "scalar", "value": within_limit(value), "text": text}
    if kind is bool or (kind is int and abs(value) < MAX_EXACT_INTEGER):
        return {"type": "scalar", "value": value, "text": text}
    if kind is float:
        return {"type": "scalar", "value": value if math.isfinite(value) else None, "text": text}
    return {"type": "text", "text": text}


def as_image(value):
    if isinstance(value, type):
        return None
    for method, image_format in (("_repr_png_", "png"), ("_repr_jpeg_", "jpeg"), ("_repr_svg_", "svg")):
        show = getattr(type(value), method, None)
        data = show(value) if callable(show) else None
        if isinstance(data, tuple):
            # With metadata beside it.
            data = data[0]
        if data:
            # The drawing's own text; of the others, IPython takes text for base64 that is ready to be sent.
            return image(image_format, data.encode() if image_format == "svg" else data)
    figure_class = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    if figure_class and isinstance(value, figure_class):
        return picture_of(value)
    return None


def take_open_figures():
    """The last of the open matplotlib figures as an image. All are closed, so that the next cell starts afresh."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not pyplot.get_fignums():
        return None
    try:
        return picture_of(pyplot.figure(pyplot.get_fignums()[-1]))
    finally:
        pyplot.close("all")


def picture_of(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return image("png", buffer.getvalue())


def image(image_format, data):
    encoded = data if isinstance(data, str) else base64.b64encode(data).decode()
    return {"type": "image", "format": image_format, "base64": within_limit(encoded)}


def within_limit(text):
    if len(text) > MAX_RESULT_CHARACTERS:
        raise ValueError(
            f"the result has {len(text)} characters and the emulator returns at most {MAX_RESULT_CHARACTERS}; "
            "write it to a file in /mnt/data instead"
        )
    return text
