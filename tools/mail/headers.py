"""The form of a mail where Python's writer leaves it wrong."""

import re
from email.header import Header, decode_header, make_header
from email.utils import formataddr, getaddresses

from . import addresses

_ADDRESS_HEADERS = ("From", "Reply-To", "To")
#: A line of a header is no longer than this (RFC 5322 §2.1.1); longer ones Python folds anew
_LINE = 78
#: A line with encoded words (RFC 2047 §2)
_ENCODED_LINE = 76
#: Control characters, ends of lines, and halves of characters that no encoding writes
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text):
    """Return a text for a header: on one line, without control characters.

    Names of companies, contacts, documents and files hold them where somebody pasted or imported them. Python's
    ``email`` refuses to write such a header, and with it the mail (``str.splitlines`` says what ends a line there).
    """
    if not isinstance(text, str) or not _CONTROL.search(text):
        return text
    return " ".join(_CONTROL.sub(" ", text).split())


def one_line_each(texts):
    """Return addresses for a header, each on one line: a list, or the text of all that callers give instead of one."""
    return one_line(texts) if isinstance(texts, str) else list(map(one_line, texts or ()))


def straighten(message):
    """Make an ``email.message.EmailMessage`` one that every server and reader takes as it is meant.

    - Names beside addresses: where one is so long that its line is folded, Python's ``email`` leaves out the
      quotes around it, and ``"Bombas, Motores e Equipamentos (Joinville), Ltda" <a@b.example>`` comes to four
      addresses, of which three are none. Long ones, and those with accents, are written here as encoded
      words from end to end (RFC 2047 §5).
    - International domains stand in their ASCII form (RFC 5891). Python would write encoded words, which
      are no address.
    - The subject: where a line ends between two words with accents, it loses the space between them.
    - Texts with accents and short lines go as they are, in eight bits, but ``smtplib.SMTP.send_message``
      does not ask the server whether it takes these (RFC 6152 §3), and one that turns them into seven
      on the way breaks the signature of the mail (RFC 6376 §5.3). Seven bits everywhere.
    """
    message.policy = message.policy.clone(cte_type="7bit")
    for name in _ADDRESS_HEADERS:
        found = [(words, address if address.isascii() else addresses.normalize(address) or address)
                 for words, address in getaddresses([str(message[name] or "")])]
        # what cannot be taken apart stays as it is
        if found and all(address and address.isascii() for _name, address in found):
            _set(message, name, ",\r\n ".join(_write_address(name, *address) for address in found))
    subject = str(message["Subject"] or "")
    if not subject.isascii():
        _set(message, "Subject", _encode("Subject", subject))


def _set(message, name, value):
    """Replace a header by one that is written already: as long as its lines are short, it goes as it stands."""
    del message[name]
    message.set_raw(name, value)


def _encode(header, words):
    return Header(words, "utf-8", maxlinelen=_ENCODED_LINE, header_name=header).encode(linesep="\r\n")


def _write_address(header, name, address):
    name = " ".join(str(make_header(decode_header(name))).split())
    plain = formataddr((name, address)) if name.isascii() else ""
    if plain and len(f"{header}: {plain},") <= _LINE:
        return plain
    if len(f" <{address}>,") > _LINE:
        return address  # alone on its line, as long as it is
    return f"{_encode(header, name)}\r\n <{address}>"
