"""In which field of a mail an address stands, and who shares a mail with whom."""

TO, CC, BCC = "to", "cc", "bcc"
#: The strongest first
FIELDS = (TO, CC, BCC)


def strongest(values):
    """Return the strongest of these fields; :data:`TO` where there is none."""
    return min(filter(None, values), key=FIELDS.index, default=TO)


def address(readers):
    """Return who is named in To and who in Cc, each a list; a mail without anybody in To names in it those in Cc.

    :param readers: of one mail, with ``address_field``
    """
    to, cc = ([reader for reader in readers if reader.address_field == field] for field in (TO, CC))
    return (to, cc) if to else (cc, [])


def share(readers):
    """Return who gets the common mail, and who a copy of it by themselves.

    The common mail has the customer's links: of the others only who stands in Bcc gets a copy, without these links.
    Where nobody can be named in To or Cc, and where nobody is left to share with, each has a mail of their own.

    :param readers: of one document, pairs: who, with ``address_field``, and whether the customer's links may be in
        their mail
    """
    common = [reader for reader, may_open in readers if may_open]
    copies = [reader for reader, may_open in readers if not may_open and reader.address_field == BCC]
    if not address(common)[0] or len(common) + len(copies) < 2:
        return [], []
    return common, copies
