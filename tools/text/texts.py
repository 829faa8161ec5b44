"""The text of a mail as a person changed it, kept so that it can be used for another document.

What is kept names the blocks of the template that stayed, and holds the person's own blocks with placeholders in the
place of the document's values. It is compared block by block, never evaluated: an own block is text, and its
placeholders are a closed set (:mod:`.text_values`).
"""

from difflib import SequenceMatcher

from .text_blocks import blocks, groups, plain, printed_values, segments, typed
from .text_compare import compare, restore
from .text_marks import block_sources, mark, parse, read, strip
from .text_own import fill_own, keep
from .text_values import HOLE, Finder, clean, fill, readable, splice

__all__ = [
    "NOTHING", "blocks", "follow", "lines", "mark", "own_words", "printed_in_line", "printed_values", "readable",
    "rebuild", "rebuild_line", "remember", "remember_line", "same", "unmarked",
]


#: A kept text in which the body was not changed
NOTHING = {"blocks": [], "gone": []}
#: From here on two sources of blocks are the same block, written anew
ALIKE = 0.5


# ----------------------------------------------------------------------
# The body
# ----------------------------------------------------------------------

def remember(original, edited, values, printed=(), common=()):
    """Return what a person made of a text, to be kept as JSON; ``None`` where nothing of it is worth keeping.

    Blocks that were not rendered for this document keep their place, deleted ones stay deleted. An own block that
    still says something of this document after placeholders were put in is not kept: the block of the template
    that it replaced stands there again.

    :param str original: the body as rendered from the marked template
    :param str edited: the body as the person left it
    :param dict values: name → spellings, see :mod:`.text_values`
    :param printed: values that were printed elsewhere, as in the subject
    :param common: printed values that are the same for every document: the company's name, the user's
    :return: ``{"blocks": [...], "gone": [...]}``. A block is ``{"source": key}``; or it has ``own`` HTML, and may
        have the key that it replaces as ``source`` or the one that it stands ``with``: it comes only if that does.
    """
    source = segments(read(original)[1])
    known = {segment.signature for segment in source}
    theirs = typed(parse(edited), known)
    if not theirs:
        return None  # a mail without words is nobody's wish for the next one
    finder = Finder(values, [*printed, *printed_values(original)], common)
    entries, refused = [], set()
    for entry in compare(source, theirs):
        element = entry.pop("element")
        own = keep(element, finder) if "own" in entry else None
        if own is not None:
            entries.append({**entry, "own": own})
        elif "source" in entry:
            refused.update([entry["source"]] if "own" in entry else [])
            entries.append({"source": entry["source"]})
    return _content(restore(entries, refused), [segment.key for segment in source])


def _content(entries, keys):
    keys = list(dict.fromkeys(keys))
    there = list(dict.fromkeys(entry["source"] for entry in entries if "source" in entry))
    if there == keys and not any("own" in entry for entry in entries):
        return None
    return {"blocks": entries, "gone": sorted(set(keys).difference(there))}


def rebuild(content, original, values):
    """Return the HTML of a kept text for another document.

    :param content: what :func:`remember` returned
    :param str original: the body of that document as rendered from the marked template
    :param dict values: its values
    """
    root, wrapper = read(original)
    source = groups(wrapper)
    entries, lacking = [], set()
    for entry in content["blocks"]:
        if entry.get("source", entry.get("with")) not in {*source, None}:
            continue
        elements = fill_own(entry["own"], values) if "own" in entry else None
        if elements is not None:
            entries.append({**entry, "elements": elements})
        elif "source" in entry:
            lacking.update([entry["source"]] if "own" in entry else [])
            entries.append({"source": entry["source"]})
    sequence = [
        (entry.get("source"), entry["elements"] if "own" in entry else source[entry["source"]])
        for entry in restore(entries, lacking)
    ]
    _insert_others(sequence, source, content)
    _space(sequence, source)
    wrapper[:] = [element for _key, elements in sequence for element in elements]
    return strip(root)


def _insert_others(sequence, source, content):
    """Blocks that the first document did not have come after the one that they follow in the template."""
    known = {*content["gone"], *(entry["source"] for entry in content["blocks"] if "source" in entry)}
    for key, elements in source.items():
        if key in known:
            continue
        before = [
            (other, place) for place, (other, _elements) in enumerate(sequence) if other is not None and other < key
        ]
        sequence.insert(max(before)[1] + 1 if before else 0, (key, elements))


def _space(sequence, source):
    """Own blocks get the blanks that stand between blocks there; the mail's plain text is made from them."""
    last = "\n"
    for key, elements in sequence:
        for element in elements:
            if elements is not source.get(key):
                element.tail = source[key][-1].tail if key in source else last
            last = element.tail or ""


def follow(content, before, now):
    """Return a kept text with the keys of a template that was changed; its new blocks come where they stand there.

    A block that was written anew stays what it was, or gone. An own block that came with one that is there no more
    goes with it.

    :param content: what :func:`remember` returned
    :param str before: the marked template for which it was kept
    :param str now: the marked template as it is
    """
    keys = _same_blocks(block_sources(before), block_sources(now))
    entries = []
    for entry in content["blocks"]:
        names = {name: keys[entry[name]] for name in ("source", "with") if entry.get(name) in keys}
        if names or "own" in entry and "with" not in entry:
            entries.append({**({"own": entry["own"]} if "own" in entry else {}), **names})
    return {"blocks": entries, "gone": sorted(keys[key] for key in content["gone"] if key in keys)}


def _same_blocks(before, now):
    """Return ``{key: key now}`` of the blocks that are still there, in their order."""
    old, new, found = list(before), list(now), {}
    matcher = SequenceMatcher(None, [before[key] for key in old], [now[key] for key in new], autojunk=False)
    for what, first, end, place, last in matcher.get_opcodes():
        if what == "equal":
            found.update(zip(old[first:end], new[place:last], strict=True))
        for key in old[first:end] if what == "replace" else ():
            alike = [SequenceMatcher(None, before[key], now[other]).ratio() for other in new[place:last]]
            if alike and max(alike) >= ALIKE:
                place += alike.index(max(alike))
                found[key] = new[place]
                place += 1
    return found


def same(one, other):
    """Tell whether people read the same in two bodies."""
    return [block.signature for block in typed(parse(one))] == [block.signature for block in typed(parse(other))]


def own_words(content):
    """Return the own blocks of a kept text for people, one after the other."""
    return "\n".join(readable("\n".join(lines(entry["own"]))) for entry in content["blocks"] if "own" in entry)


def lines(body):
    """Return what people read in a body, line by line."""
    return plain(parse(body)).split("\n")


def unmarked(original):
    """Return a rendered, marked body without its marks."""
    return strip(read(original)[0])


# ----------------------------------------------------------------------
# The subject
# ----------------------------------------------------------------------

def remember_line(original, edited, values, printed=(), common=()):
    """Return a changed line with placeholders; ``None`` where it was not changed, or says more of this document.

    Parameters as those of :func:`remember`.

    :param str original: what the template gave
    :param str edited: what the person sends
    :param dict values: ``{name: spellings}`` of the document
    :param list printed: what the template printed there
    :param list common: what may stay as it is
    """
    line = _one_line(edited)
    if not line or line == _one_line(original):
        return None
    finder = Finder(values, printed, common)
    found = finder.find(line)
    if finder.leaks(splice(line, [(begin, end, HOLE) for begin, end, _placeholder in found])):
        return None
    return splice(line, found)


def rebuild_line(line, original, values):
    """Return a kept line for another document; the template's where there is none, or it needs what that lacks.

    :param str line: with placeholders, or empty
    :param str original: what the template gives
    :param dict values: ``{name: spellings}`` of the document
    """
    filled = fill(line, values) if line else None
    return _one_line(original if filled is None else filled)


def printed_in_line(source, rendered):
    """Return what stands in a rendered line in the place of the source's ``{{ }}``."""
    rendered = rendered or ""
    values = _between(_outside_of_braces(source or ""), rendered)
    return [value for value in ([rendered] if values is None else values) if value.strip()]


def _outside_of_braces(source):
    """What stands around and between the ``{{ }}`` of a line."""
    pieces, begin = [], 0
    while (opened := source.find("{{", begin)) >= 0 and (closed := source.find("}}", opened + 2)) >= 0:
        pieces.append(source[begin:opened])
        begin = closed + 2
    return [*pieces, source[begin:]]


def _between(pieces, text):
    """What stands between these pieces in a text, as little as possible each; ``None`` where it is another text."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return [] if text == first else None
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return None
    values, begin = [], len(first)
    for piece in pieces[1:-1]:
        place = text.find(piece, begin, end)
        if place < 0:
            return None
        values.append(text[begin:place])
        begin = place + len(piece)
    return [*values, text[begin:end]]


def _one_line(text):
    return " ".join(clean(str(text or "")).split())
