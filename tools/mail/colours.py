"""Which words can be read on which colour: the contrast that the Web's guidelines ask for (WCAG 2.2, 1.4.3)."""

import re

#: For words of usual size
LEAST_CONTRAST = 4.5
BLACK, WHITE = "#000000", "#FFFFFF"
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def known(colour, default):
    """Return a colour as mail programs know it, ``#RRGGBB``; the default where it is none.

    :param colour: as somebody typed it, ``#RRGGBB`` or ``#RGB``; may be empty
    :param str default: ``#RRGGBB``
    """
    colour = (colour or "").strip()
    if not _HEX.fullmatch(colour):
        return default
    return colour if len(colour) == 7 else "#" + "".join(sign * 2 for sign in colour[1:])


def contrast(first, second):
    """Return the contrast of two colours ``#RRGGBB``: 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(ground, wanted):
    """Return the colour of words on a ground: the wanted one, else black or white, of which one can be read anywhere.

    :param str ground: ``#RRGGBB``
    :param str wanted: ``#RRGGBB``
    """
    if contrast(ground, wanted) >= LEAST_CONTRAST:
        return wanted
    return max(WHITE, BLACK, key=lambda colour: contrast(ground, colour))


def _luminance(colour):
    """Return the relative luminance, 0 (black) to 1 (white)."""
    channels = (int(colour[start:start + 2], 16) / 255 for start in (1, 3, 5))
    linear = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
