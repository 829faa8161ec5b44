"""Conditions of rules: a domain that is written down, never code.

Times that move stand in them as Odoo's own relative dates (``'today -30d'``, see ``odoo.tools.date_utils.parse_date``).
Earlier versions evaluated them; :func:`modernise` says the same without code, where it can.
"""

import ast
from contextlib import suppress

#: A condition is shorter (characters)
LONGEST = 20_000
#: What ``relativedelta`` and ``timedelta`` set and add, in the order in which ``relativedelta`` does it
UNITS = {
    "year": "={}y", "month": "={}m", "years": "{:+}y", "months": "{:+}m", "day": "={}d", "weeks": "{:+}w",
    "days": "{:+}d", "hours": "{:+}H", "minutes": "{:+}M", "seconds": "{:+}S",
}
#: A date is set to these, not moved by them
SET = {"year", "month", "day"}
DATE, DATETIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
#: Forms of ``strftime`` that a domain takes, and what they set
FORMATS = {DATE: [], "%Y-%m-01": ["=1d"], "%Y-01-01": ["=1m", "=1d"]}
TODAY = {"context_today()", "datetime.date.today()", "datetime.datetime.now().date()"}
NOW = {"datetime.datetime.now()", "datetime.datetime.today()", "datetime.datetime.utcnow()"}
MIDNIGHT = {"datetime.time(0, 0, 0)", "datetime.time(0, 0)", "datetime.time()", "datetime.time.min"}


class NotUnderstood(ValueError):
    """Code that does not say the same as a domain."""


def read(text):
    """Return the domain that stands in a text, as a list.

    :raise ValueError: it is no domain; nothing in it is evaluated
    """
    if not text or not text.strip():
        return []
    if len(text) > LONGEST:
        raise ValueError("too long")
    try:
        domain = ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(domain, list):
        raise ValueError("not a list")
    return domain


def modernise(text, uid):
    """Return a condition that was code as a domain that means the same, or ``None`` where it is not understood.

    :param int uid: what ``uid`` stood for
    """
    with suppress(ValueError):
        read(text)
        return text
    if len(text) > LONGEST:
        return None
    try:
        domain = _value(ast.parse(text.strip(), mode="eval").body, uid)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return repr(domain) if isinstance(domain, list) else None


def _value(node, uid):
    if isinstance(node, ast.List):
        return [_value(item, uid) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item, uid) for item in node.elts)
    if isinstance(node, ast.Name) and node.id == "uid":
        return uid
    try:
        return ast.literal_eval(node)
    except ValueError:
        return " ".join(_moment(node))


def _moment(node):
    """The terms of a relative date that means the same as an expression."""
    source = ast.unparse(node)
    if source in TODAY:
        return ["today"]
    if source in NOW:
        return ["now"]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        sign = 1 if isinstance(node.op, ast.Add) else -1
        return _moment(node.left) + _delta(node.right, sign)
    if isinstance(node, ast.Call) and not node.keywords:
        return _call(node)
    raise NotUnderstood(source)


def _call(node):
    name = ast.unparse(node.func)
    if name == "time.strftime" and len(node.args) == 1:
        return ["today", *_format(node.args[0])]
    if name == "datetime.datetime.combine" and len(node.args) == 2 and ast.unparse(node.args[1]) in MIDNIGHT:
        return _day(_moment(node.args[0]))
    if isinstance(node.func, ast.Attribute):
        if node.func.attr == "to_utc" and not node.args:
            return _moment(node.func.value)
        if node.func.attr == "strftime" and len(node.args) == 1:
            return _written(node.func.value, node.args[0])
    raise NotUnderstood(name)


def _written(moment, form):
    """A moment as text: with its time as it is, or its day."""
    combined = ast.unparse(moment).startswith("datetime.datetime.combine(")
    terms = _moment(moment)
    if isinstance(form, ast.Constant) and form.value == DATETIME and (terms[0] == "now" or combined):
        return terms
    return [*_day(terms), *_format(form)]


def _day(terms):
    """The day of a moment; one that counts hours may be another day."""
    if any(term[-1] in "HMS" for term in terms[1:]):
        raise NotUnderstood(" ".join(terms))
    return ["today", *terms[1:]]


def _format(node):
    form = node.value if isinstance(node, ast.Constant) else None
    if form not in FORMATS:
        raise NotUnderstood(str(form))
    return FORMATS[form]


def _delta(node, sign):
    """The terms of a ``relativedelta`` or ``timedelta``."""
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if name not in ("relativedelta", "timedelta", "datetime.timedelta") or len(node.args) > 1:
        raise NotUnderstood(ast.unparse(node))
    counts = {keyword.arg: _number(keyword.value) for keyword in node.keywords}
    if node.args and name != "relativedelta":
        counts["days"] = _number(node.args[0])
    elif node.args:
        raise NotUnderstood(ast.unparse(node))
    if unknown := counts.keys() - UNITS.keys():
        raise NotUnderstood(", ".join(map(str, unknown)))
    return [
        form.format(counts[unit] if unit in SET else sign * counts[unit])
        for unit, form in UNITS.items() if counts.get(unit)
    ]


def _number(node):
    number = ast.literal_eval(node)
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotUnderstood(str(number))
    return number
