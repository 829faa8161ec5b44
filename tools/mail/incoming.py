"""Headers of mails that come in, before they are parsed.

``email.policy.SMTP``, by which Odoo's gateway parses, reads structured headers in more than linear time, and anew
whenever one is asked for: a few thousand quotes or brackets keep a process busy for minutes, or end in a
``RecursionError``. No honest mail has such headers. They are written simply here, in one pass over the bytes.
"""

import itertools
import re

#: Bytes up to which a header is left as it is: of a type, of addresses, of other things
TYPE, ADDRESSES, OTHER = 200, 100, 4000
#: Bytes up to which addresses keep their names, and how many are kept of one header
NAMED, MANY = 3000, 500
#: Headers of addresses that are kept: each part of a mail may have some, a mail that is all headers has no use
HEADERS = 40
#: Parts of a mail that are read, and in how many others one may be: each costs the gateway milliseconds, and each line
#: of a part is looked at once for all that it is in
PARTS, DEPTH = 500, 15
#: Lines of a mail that are read: 70 MB of a file as mail programs write it, seconds where they are short
LINES = 1_000_000
#: Signs to which the parser gives a meaning, for each address with its name
SIGNS = 14

#: A line ends as the parser ends it: also with a lone carriage return
_END = rb"(?:\r\n|\r|\n)"
_LINE = re.compile(
    rb"(?<![^\r\n])(?:(?:(?P<type>content-[a-z-]{1,40}|mime-version|message-id|date|list-[a-z]{1,20})|"
    rb"(?P<to>(?:resent-)?(?:from|to|cc|bcc|sender)|reply-to|delivered-to|x-original-to)|"
    rb"(?P<other>subject|references|in-reply-to))[ \t]*:(?P<value>[^\r\n]*(?:" + _END + rb"[ \t][^\r\n]*)*)|"
    rb"--(?P<border>[^\r\n]{0,80}))", re.I,
)
_BOUNDARY = re.compile(rb"(?<![\w*-])boundary[^;]*", re.I)
#: How mail programs write it; what is written otherwise the parser may understand, and this module would not
_PLAIN_BOUNDARY = re.compile(
    rb"(?<![\w*-])boundary\s{0,5}=\s{0,5}"
    rb"(?!\"?[^\";\s]{0,70}=\?)(?:\"([^\"\\\r\n]{1,70})\"|([^\s\"();\\]{1,70}))\s*", re.I,
)
_PLAIN_TYPE = re.compile(rb"\s{0,9}[\w.+-]{1,80}/[\w.+-]{1,80}\s{0,9}(?:;|$)")
_STATUS = re.compile(rb"\s*message/(?:global-)?delivery-status", re.I)
#: Without a group that repeats: such a one keeps memory for each turn
_EMPTY_LINES = re.compile(rb"[\r\n][ \t\r\n]*[\r\n]")
_SIGN = re.compile(rb"[\"(;:\\\[<.,@=)\]>]")
_MIME_TYPE = re.compile(rb"\s*([\w.+-]{1,80}(?:/[\w.+-]{1,80})?)")
_PARAMETER = re.compile(rb";\s*([\w*-]{1,40})=(\"[^\"\\\r\n]{0,250}\"|[^\s;\"\\()<>\[\]]{1,250})")
_ADDRESS = re.compile(rb"[^\s<>()\[\]\\\"',;:@]{1,64}@[^\s<>()\[\]\\\"',;:@]{1,255}")
_MESSAGE_ID = re.compile(rb"<[^\s<>()\[\]\\\"',;:@]{1,250}@[^\s<>()\[\]\\\"',;@]{1,250}>")


def tame(message):
    """Return a mail whose headers are read in reasonable time; an ordinary one comes back as it is.

    :param message: ``bytes`` or ``str``, or the ``xmlrpc.client.Binary`` that holds it
    """
    message = getattr(message, "data", message)
    if isinstance(message, str):
        message = message.encode("utf-8", "surrogateescape")
    return b"".join(_Mail(_cut_lines(message)).pieces())


def _cut_lines(message):
    """Leave out what comes after so many lines."""
    if message.count(b"\n") + message.count(b"\r") <= LINES:
        return message
    last = next(itertools.islice(re.finditer(_END, message), LINES, None), None)
    return message[:last.start()] if last else message


class _Mail:
    """One mail while its lines are gone through, and the parts in which the present line is."""

    def __init__(self, message):
        self.message = message
        self.seen = iter(range(HEADERS))
        self.parts = 0
        self.around = []  # the names of each multipart, where it seems to have several; none of a mail

    def pieces(self):
        """Yield what is left of its bytes."""
        place, report = 0, False
        while line := _LINE.search(self.message, place):
            yield self.message[place:line.start()]
            if line["border"] is not None:
                if self._is_border(line["border"]):
                    self.parts += 1
                    if self.parts > PARTS:
                        return
                yield line[0]
            else:
                header = _tame(line, self.seen)
                is_type = (line["type"] or b"").lower() == b"content-type"
                if is_type:
                    header = self._enter(header)
                yield header
                if not report and is_type and _STATUS.match(header.partition(b":")[2]):
                    report, self.message = True, _cut_blocks(self.message[line.end():])
                    place = 0
                    continue
            place = line.end()
        yield self.message[place:]

    def _is_border(self, border):
        name = border.rstrip(b" \t")
        for known, ends in ((name, False), (name.removesuffix(b"--"), True)):
            depth = next((depth for depth, names in enumerate(self.around) if known in names), None)
            if depth is not None:
                del self.around[depth + (not ends):]
                return True
        return False

    def _enter(self, header):
        """Take note of what a type begins; no type begins more than so many in each other."""
        name, _colon, value = header.partition(b":")
        kind = value.strip().lower()
        if not kind.startswith((b"multipart/", b"message/")):
            return header
        if len(self.around) >= DEPTH:
            return name + b": text/plain"
        self.around.append({(quoted or bare).rstrip() for quoted, bare in _PLAIN_BOUNDARY.findall(value)})
        return header


def _cut_blocks(text):
    """Leave out what comes after so many blocks of a delivery report: each is a part to the parser."""
    blocks = _EMPTY_LINES.sub(lambda found: found[0] if found[0] == b"\r\n" else b"\n\n", text)
    last = next(itertools.islice(re.finditer(rb"\n\n", blocks), PARTS, None), None)
    return blocks[:last.start()] if last else blocks


def _tame(header, seen):
    value, whole = header["value"], header[0]
    if header["type"] and (len(value) > TYPE or _is_odd_type(header)):
        simple = _simple_type(value) if header["type"].lower().startswith(b"content-") else (
            value[:TYPE].strip().splitlines() or [b""])[0]
    elif header["to"] and len(value) > ADDRESSES and (
        len(value) > NAMED or len(_SIGN.findall(value)) > SIGNS * (1 + value.count(b"@")) or _is_odd(value)
    ):
        simple = b",\n ".join(_ADDRESS.findall(value)[:MANY if next(seen, None) is not None else 0])
    elif header["other"] and len(value) > OTHER:
        simple = b"\n ".join(_MESSAGE_ID.findall(value)[-MANY:]) or (value[:OTHER].strip().splitlines() or [b""])[0]
    else:
        return whole
    return whole[:len(whole) - len(value)] + b" " + simple.strip()


def _is_odd_type(header):
    """A type that the parser may take for another one than it looks."""
    if header["type"].lower() != b"content-type":
        return False
    value = header["value"]
    return not _PLAIN_TYPE.match(value) or any(
        not _PLAIN_BOUNDARY.fullmatch(boundary) for boundary in _BOUNDARY.findall(value))


def _is_odd(value):
    """No address list of a person or a program: its signs stand where none belong."""
    count = value.count(b"@")
    return len(_ADDRESS.findall(value)) * 2 < count or value.count(b"(") > 20 + count or value.count(b"\\") > 50


def _simple_type(value):
    """A type and its parameters, without comments."""
    kind = _MIME_TYPE.match(value)
    parameters = [b"%s=%s" % found for found in _PARAMETER.findall(value)[:20]]
    parameters = [one for one in parameters if one[:8].lower() != b"boundary" or _PLAIN_BOUNDARY.fullmatch(one)]
    return b";\n ".join([kind.group(1) if kind else b"text/plain", *parameters])
