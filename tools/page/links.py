"""Secret links: what stands for them in texts that are kept, and how tokens are compared."""

import hmac
import re

from markupsafe import Markup

#: What stands for a secret link, as the models make it. Begins with fixed signs: linear, whatever the text
_PLACE = re.compile(r"/dispatch/(?:page/0|consent/0/0|consent/address/0)/[\w-]+")


def same(expected, token):
    """Tell in constant time whether a token is the expected one, whatever signs it has."""
    return hmac.compare_digest(encode(expected), encode(token))


def encode(token):
    """Return a token as bytes; half of a pair of surrogates, which UTF-8 cannot write, is no error here."""
    return token.encode("utf-8", "surrogatepass")


def take_out(text, keep=()):
    """Return a text without places of links that a person may have copied into it; the server's name stays.

    :param keep: places that the document itself has
    """
    # a sign stays: without one, what stood before and behind could become a place
    taken = _PLACE.sub(lambda found: found[0] if found[0] in keep else "#", text or "")
    return Markup(taken) if isinstance(text, Markup) else taken


def put_in(text, links):
    """Return a text with the links in their places.

    :param dict links: place → path of the link
    """
    for place, path in (links or {}).items():
        text = text.replace(place, path)
    return text
