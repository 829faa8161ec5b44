"""Whose rule it was: the module whose code raised an error."""

import re

_MODULE = re.compile(r"odoo\.addons\.(\w+)")


def module_of(error, own="document_dispatch"):
    """Return the technical name of the module whose code raised an error; empty where it is our own or Odoo's core.

    :param Exception error: that was caught
    :param str own: what is passed over
    """
    name, trace = "", error.__traceback__
    while trace:
        if found := _MODULE.match(trace.tb_frame.f_globals.get("__name__") or ""):
            name = found[1]
        trace = trace.tb_next
    return "" if name in (own, "base") else name
