"""Window envelopes: where on the letter the address must stand, and how it is made to fit."""

import unicodedata
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth

FONT = "Helvetica"
#: The letters of the PDF may be wider than those measured: the font is what the server has
RESERVE = 1.2
#: Points of a letter in an address: as large as it fits, and still to be read by a machine
LARGEST, SMALLEST, STEP = 11.0, 6.0, 0.5
#: Points of the sender's line above it
SENDER_LARGEST, SENDER_SMALLEST = 7.0, 5.0
LEADING = 1.15
#: Characters of a line that are measured: more than fit in the smallest letters
MOST_LETTERS = 300
#: Lines of an address that are tried, besides the last two
MOST_LINES = 20
#: Millimetres kept free below the last line, for letters that reach below it
FOOT = 1
MM = 72 / 25.4


@dataclass(frozen=True)
class Box:
    """A place on the paper, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def moved(self, up):
        """Return the box so many millimetres higher: as seen from below the paper's upper margin."""
        return Box(self.left, self.top - up, self.width, self.height)

    @property
    def bottom(self):
        """Return where it ends."""
        return self.top + self.height

    @property
    def style(self):
        """Return the style that puts it there."""
        return (
            f"position: absolute; overflow: hidden; left: {self.left:g}mm; top: {self.top:g}mm; "
            f"width: {self.width:g}mm; height: {self.height:g}mm;"
        )


@dataclass(frozen=True)
class Envelope:
    """Where head, sender, address and date stand, and where the text begins.

    :param str paper: name of the paper format
    :param window: what the envelope shows
    :param folds: where the paper is folded, from its top
    """

    paper: str
    window: Box
    head: Box
    sender: Box
    address: Box
    date: Box
    text: float
    margins: tuple
    folds: tuple

    @property
    def width(self):
        """Return the width of the paper in millimetres."""
        return {"A4": 210, "Letter": 215.9}[self.paper]


ENVELOPES = {
    # DIN 5008, form B: the address field of 85 × 45 mm, its lower 27.3 mm for the address, from 25 mm on
    "din": Envelope(
        "A4", Box(20, 45, 85, 45), Box(25, 10, 165, 32), Box(25, 57.7, 78, 4.5), Box(25, 62.7, 78, 26.5),
        Box(125, 80, 65, 6), 98.5, (25, 20), (105, 210),
    ),
    # La Poste's DL, 110 × 220 mm: the window of 100 × 35 mm is 20 mm from the right and from the bottom edge. Of the
    # sheet folded in three 100 to 190 mm and 55 to 79 mm are seen wherever it slips to (NF Z 11-001: from 50 mm)
    "french": Envelope(
        "A4", Box(105, 50, 90, 35), Box(20, 10, 170, 36), Box(110, 50.5, 78, 4), Box(110, 55, 78, 24),
        Box(110, 88, 78, 6), 100, (20, 20), (99, 198),
    ),
    # US #10, 9 1/2 × 4 1/8 in: the window of 4 1/2 × 1 1/8 in is 7/8 in from the left and 1/2 in from the bottom
    # edge. The sheet lies on the bottom edge: 2 to 3 1/8 in of it are seen
    "us": Envelope(
        "Letter", Box(22.2, 51, 114.3, 28.6), Box(25.4, 10, 165, 36), Box(25.4, 52, 80, 3.5), Box(25.4, 56, 80, 22),
        Box(135, 80, 55.5, 6), 98, (25.4, 25.4), (93.1, 186.3),
    ),
}
#: Country → envelope; everywhere else the European one
COUNTRIES = {"FR": "french", "MC": "french", "US": "us", "CA": "us", "MX": "us"}
DEFAULT = "din"


def of_country(code):
    """Return the name of the envelope that is usual in a country."""
    return COUNTRIES.get(code, DEFAULT)


def width(text, size):
    """Return about how wide a text is, in millimetres, rather too much than too little."""
    points = 0
    for letter in unicodedata.normalize("NFKD", text):
        if unicodedata.combining(letter):
            continue
        if ord(letter) < 128:
            points += stringWidth(letter, FONT, size)
        else:
            points += size * (1 if unicodedata.east_asian_width(letter) in "WF" else 0.75)
    return points * RESERVE / MM


def wrap(line, size, room):
    """Break a line between words where it is too long, and within a word that is too long alone.

    :param str line: text without line breaks
    :param size: of the letters, in points
    :param room: the width that there is, in millimetres
    """
    lines = [""]
    for word in line[:MOST_LETTERS].split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if width(lines[-1] + letter, size) > room and lines[-1]:
                lines.append("")
            lines[-1] += letter
    return lines


def fit(lines, box):
    """Make an address fit: return its lines and the size of the letters in points.

    First with smaller letters and broken lines; then the middle goes, never the name nor the place.
    """
    lines = [line for line in lines if line.strip()]
    lines = lines[:MOST_LINES] + lines[MOST_LINES:][-2:]
    size = LARGEST
    while True:
        wrapped = [part for line in lines for part in wrap(line, size, box.width)]
        room = int((box.height - FOOT) * MM / (size * LEADING))
        if len(wrapped) <= room:
            return wrapped, size
        if size <= SMALLEST:
            break
        size -= STEP
    end = [part for line in lines[-2:] for part in wrap(line, size, box.width)][-room + 1:]
    return wrapped[:max(room - len(end), 0)] + end, size


def fit_line(text, box):
    """Make the sender's line fit: return it and the size of its letters; too long a line is cut."""
    size, text = SENDER_LARGEST, text[:MOST_LETTERS]
    while width(text, size) > box.width and size > SENDER_SMALLEST:
        size -= STEP
    while width(text, size) > box.width and text:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text, size
