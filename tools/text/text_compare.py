"""What a person changed in a text: its blocks before and after, and what stands for what."""

from difflib import SequenceMatcher

#: Blocks are versions of each other from this ratio on
_ALIKE = 0.5
#: More pairs of blocks than these are not weighed against each other
_MANY = 400


def compare(source, typed):
    """Return what became of the source's segments, in the order of the typed ones.

    :return: a list of dictionaries, each with the typed ``element``. One that stayed has its key as ``source``; a
        person's own has ``own``, and the key that it replaces as ``source``, or that it was added ``with``.
    """
    matcher = SequenceMatcher(
        None, [segment.signature for segment in source], [segment.signature for segment in typed], autojunk=False,
    )
    plan = []
    for tag, source_begin, source_end, begin, end in matcher.get_opcodes():
        before, after = source[source_begin:source_end], typed[begin:end]
        if tag == "equal":
            plan += [
                {"source": old.key, "element": new.element} for old, new in zip(before, after, strict=True)
            ]
        else:
            plan += _replaced(before, after)
    _find_moved(plan, source, typed)
    _whole_groups(plan)
    return plan


def restore(entries, keys):
    """Return the entries with these source blocks as they are, each once: none of what replaced them, or was added."""
    found, seen = [], set()
    for entry in entries:
        key = entry.get("source")
        if "with" in entry and entry["with"] in keys:
            continue
        if key is not None and (key in keys or "own" not in entry):
            if key not in seen:
                found.append({"source": key})
            seen.add(key)
        else:
            found.append(entry)
    return found


def _replaced(before, after):
    """What stands for the source's segments in one place; the rest came with them."""
    pairs = _pairs(before, after)
    plan, last = [], before[pairs[min(pairs)]].key if pairs else None
    for index, new in enumerate(after):
        entry = {"own": True, "element": new.element}
        if index in pairs:
            last = entry["source"] = before[pairs[index]].key
        elif last is not None:
            entry["with"] = last
        plan.append(entry)
    return plan


def _pairs(before, after):
    """Return ``{index after: index before}``, both rising: the most alike ones, then what is left between them."""
    pairs, low = {}, 0
    if len(before) * len(after) <= _MANY:
        for index, new in enumerate(after):
            weighed = [(_ratio(old, new), -number) for number, old in enumerate(before) if number >= low]
            ratio, number = max(weighed, default=(0, 0))
            if ratio >= _ALIKE:
                pairs[index] = -number
                low = 1 - number
    low = 0
    for index in range(len(after)):
        high = min((number for other, number in pairs.items() if other > index), default=len(before))
        if index in pairs:
            low = pairs[index] + 1
        elif low < high:
            pairs[index] = low
            low += 1
    return pairs


def _ratio(old, new):
    matcher = SequenceMatcher(None, old.signature[:500], new.signature[:500], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0


def _find_moved(plan, source, typed):
    """A block that stands in another place as it was is none of the person's own."""
    there = {entry["source"] for entry in plan if "own" not in entry}
    signatures = {id(segment.element): segment.signature for segment in typed}
    free = {}
    for segment in source:
        if segment.key not in there:
            free.setdefault(segment.signature, segment.key)
    for entry in plan:
        key = free.pop(signatures[id(entry["element"])], None) if "own" in entry else None
        if key is None:
            continue
        for other in plan:  # what seemed to replace it was added
            if "own" in other and other.get("source") == key:
                del other["source"]
        element = entry["element"]
        entry.clear()
        entry.update(source=key, element=element)


def _whole_groups(plan):
    """A source block that gave several segments stays whole, or none of it stays."""
    own = {entry["source"] for entry in plan if "own" in entry and "source" in entry}
    for entry in plan:
        if entry.get("source") in own:
            entry["own"] = True
