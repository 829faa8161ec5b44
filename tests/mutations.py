"""Functions of production that are broken at one place, to see whether a test notices."""

import inspect
import textwrap


def rewritten(function, *changes):
    """Return a function whose source is another one in these places.

    :param changes: pairs of what it says and what it shall say
    :raise AssertionError: it does not say so any more
    """
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in changes:
        if old not in source:
            raise AssertionError(f"{function.__qualname__} does not say {old!r} any more")
        source = source.replace(old, new)
    names = dict(vars(inspect.getmodule(function)))
    exec(compile(source, f"mutated {function.__qualname__}", "exec"), names)
    return names[function.__name__]
