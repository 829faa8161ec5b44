"""Signatures below mails."""

import re


def put_before(signature, name, title):
    """Put a title before the name in a signature, where it does not stand there already.

    :param str signature: HTML
    :param str name: as it stands in HTML
    :param str title: as it stands in HTML; may be empty
    :return: HTML
    """
    if not name or not title:
        return str(signature)
    text = re.sub(r"<[^>]*>", " ", str(signature))
    if title in text:
        return str(signature)
    # no name within a tag, and none that only begins with it
    alone = rf"(?<!\w){re.escape(name)}(?!\w)(?![^<>]*>)"
    return re.sub(alone, lambda found: f"{title} {found[0]}", str(signature), count=1)
