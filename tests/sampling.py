"""How many of very many cases a test takes: a sample, always the same one, or all with ``bin/test --long``."""

import os
import random

#: What bin/test sets with ``--long``
LONG = bool(os.environ.get("DISPATCH_TEST_LONG"))
#: A plain run tries one of so many examples of a property
SHARE = 5


def examples(number):
    """Return how often a property is tried: so often in a long run."""
    return number if LONG else number // SHARE


def sample(cases, most):
    """Return all of these cases in a long run, else so many of them, in their order."""
    cases = list(cases)
    if LONG or len(cases) <= most:
        return cases
    return [cases[place] for place in sorted(random.Random(7).sample(range(len(cases)), most))]
