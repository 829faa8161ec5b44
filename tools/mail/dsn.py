"""Reports on mails of ours that come back later: what another server, or a mail program, says of one.

Failures, delays and deliveries (RFC 3464, and the plain text of those servers that do not know it), complaints
(RFC 5965), read receipts (RFC 8098), automatic answers (RFC 3834). Everything here reads foreign bytes: each step
is bounded and linear, and no mail makes it raise.
"""

import copy
import email.policy
import html
import itertools
import re
from email.header import decode_header, make_header
from typing import NamedTuple

FAILED, DELAYED, DELIVERED, COMPLAINT, RECEIPT, AUTOMATIC, UNCLEAR = (
    "failed", "delayed", "delivered", "complaint", "receipt", "automatic", "unclear",
)

#: How much of a mail is read: parts, their depth, characters of one, lines of its header, of a value
MAX_PARTS, MAX_DEPTH, MAX_TEXT, MAX_FIELDS, MAX_VALUE = 200, 12, 100_000, 500, 2000
#: How much of the sender's own text is understood: what returns no mail is longer than this only by intent
MAX_OWN = 12_000
#: How many addresses, Message-IDs and other marks are kept of each kind
MAX_MARKS = 200
#: Characters of the other server's words that are kept
MAX_SAID = 500


class Fate(NamedTuple):
    """What became of the mail to some addresses.

    ``kind`` is one of the constants of this module, ``text`` the other side's own words. ``addresses`` are those
    that it names, as written there; ``explicit`` when it names them as those of which it speaks (RFC 3464,
    ``X-Failed-Recipients``), and not somewhere in its text.
    """

    kind: str
    text: str = ""
    addresses: tuple = ()
    explicit: bool = False


class Report(NamedTuple):
    """All that a mail tells of a mail of ours.

    ``message_ids`` are groups of what may be our Message-IDs, the most certain group first; ``marks`` are words
    that may be the id which a relay gave it (:func:`relay_id`). ``returned_to`` says to whom the returned mail had
    gone, ``mentioned`` are the addresses in the sender's own text. ``machine``: it comes from a mail system, or was
    written by itself.
    """

    fates: tuple
    message_ids: tuple = ()
    marks: tuple = ()
    returned_to: tuple = ()
    mentioned: tuple = ()
    machine: bool = False

    @property
    def kind(self):
        """What it says of the first address."""
        return self.fates[0].kind


def read_report(message):
    """Read a parsed ``email.message.Message``; a mail that is no report is *unclear*."""
    parts = _Parts(message)
    fates = (
        _read_complaint(parts) or _read_receipt(parts) or _read_status(parts) or _read_notification(parts)
        or [_read_plain(parts)]
    )
    return Report(
        tuple(fates[:MAX_MARKS]), parts.message_ids(), parts.marks(), parts.returned_to(),
        _addresses([parts.text]), parts.machine,
    )


# ----------------------------------------------------------------------
# The id of a relay
# ----------------------------------------------------------------------

_WORD = re.compile(r"(?<![\w.+/=-])[A-Za-z0-9][\w.+/=-]{7,199}(?![\w.+/=-])", re.ASCII)
_NAMED_ID = re.compile(
    r"(?:queued (?:mail )?(?:as|with id)|\bid[=: ]|message[- ]?id[=: ])\s*<?([\w.+/=@-]{6,200})", re.I,
)
_IN_BRACKETS = re.compile(r"<([^<>\s@]{6,200})@[^<>\s]{1,200}>")


def relay_id(reply):
    """Return the id that a mail server says it gave the mail, out of its 250; empty when it tells none.

    Relays such as Amazon SES replace the Message-ID by their own, of which this is the part before the @.
    """
    reply = (reply or "")[:MAX_VALUE]
    if not reply.startswith("250"):
        return ""
    if named := _NAMED_ID.search(reply) or _IN_BRACKETS.search(reply):
        found = named.group(1).partition("@")[0].strip(".")
    else:
        words = [word for word in _WORD.findall(reply[3:]) if len(word) >= 16 and _telling(word)]
        found = max(words, key=len, default="")
    return found if len(found) >= 8 and _telling(found) else ""


def _telling(word):
    return any(sign.isdigit() for sign in word) and not re.fullmatch(r"[\d.]{1,15}", word)


# ----------------------------------------------------------------------
# The parts of a mail
# ----------------------------------------------------------------------

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]{1,60})[ \t]*:[ \t]*(.*)")
#: The margin of a quoted line
_MARGIN = re.compile(r"^[>|\s]{0,40}")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NEW_LINE = re.compile(r"</?(?:br|p|div|tr|li|h\d)\b", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
_ADDRESS = re.compile(
    r"(?<![^\s<>()\[\]{}\"',;:=|&])([^\s<>()\[\]{}\"',;:=|&@]{1,200}@[^\s<>()\[\]{}\"',;:|&@]{1,200})"
)
_ID_IN_TEXT = re.compile(r"message[-_ ]?id\W{0,8}?<?([^\s<>\"'@]{3,250}@[^\s<>\"'@]{1,250})", re.I)
_KNOWN_HEADERS = frozenset({
    "received", "return-path", "message-id", "from", "to", "cc", "subject", "date", "mime-version", "content-type",
    "content-transfer-encoding", "reply-to", "sender", "references", "in-reply-to", "dkim-signature", "delivered-to",
    "x-odoo-objects", "user-agent", "x-mailer", "envelope-to", "x-original-to", "auto-submitted", "list-id",
    "x-ms-exchange-organization-authas", "authentication-results", "arc-seal", "x-received", "thread-topic",
    "importance",
})
#: One of these shows that a block of such lines is the header of a mail, and no summary of it
_SURE_HEADERS = frozenset({"received", "return-path", "message-id", "mime-version", "dkim-signature", "x-received"})
_TO_HEADERS = (
    "to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "apparently-to",
    "x-hmxmroriginalrecipient", "x-original-recipient", "original-recipient", "x-failed-recipients", "resent-to",
)


#: A returned mail, or its header alone, which the parser takes for a mail, too (RFC 6533, and what others make of it)
_RETURNED = frozenset({
    "message/rfc822", "message/global", "message/global-headers", "message/rfc822-headers", "message/news",
})


class _Parts:
    """A mail taken apart: what its sender says, and what it returns of ours."""

    def __init__(self, message):
        self.header = _fields(message)
        self.types, self.texts, self.statuses, self.feedbacks, self.receipts = [], [], [], [], []
        self.returned = []  # headers of returned mails
        self._count = 0
        self._take(message, 0)
        self.text = "\n".join(self.texts)[:MAX_OWN]
        self.subject = _decoded(self.first("subject"))
        self.sender = _decoded(self.first("from"))
        self.machine = bool(self._is_machine())

    def first(self, name):
        """The first value of a header of the mail itself."""
        return next(iter(self.header.get(name, ())), "")

    def _take(self, part, depth):
        self._count += 1
        if self._count > MAX_PARTS or depth > MAX_DEPTH:
            return
        kind = _content_type(part)
        self.types.append(kind)
        payload = _light(part)._payload if part.is_multipart() else None
        if kind in _READ_AS_FIELDS:
            getattr(self, _READ_AS_FIELDS[kind]).extend(_blocks(part))
        elif kind in _RETURNED:
            self._take_message(part, payload, depth)
        elif payload is not None:
            for inner in payload[:MAX_PARTS]:
                self._take(inner, depth + 1)
        else:
            self._take_single(part, kind)

    def _take_message(self, part, payload, depth):
        """A returned mail, as a part of its own."""
        if _is_encoded(part) or not payload:
            self._take_text(_decoded_parts(part) if payload else _text(part), returned=True)
        else:
            # a report may itself be forwarded as a file: then it speaks, and returns a mail of its own
            self._take_returned(payload[0], depth + 1)

    def _take_single(self, part, kind):
        """A part without others: the sender's own text, or a returned mail, as a file of whatever kind."""
        text = _text(part)
        if kind.startswith("text/rfc822"):
            self._take_text(text, returned=True)
        elif kind.startswith(("text/", "multipart/")):  # a multipart without its borders is a text
            self._take_text(text)
        elif "message-id:" in text[:MAX_OWN].lower():
            self._take_text(text, returned=True)

    def _take_returned(self, message, depth):
        fields = _fields(message)
        self.returned.append(fields)
        if not fields.keys() & _KNOWN_HEADERS:  # an empty line too many before it
            self._take_text(_text(message), returned=True)
        elif _content_type(message) == "multipart/report" or fields.get("x-failed-recipients"):
            self._take(message, depth)

    def _take_text(self, text, returned=False):
        """What is the sender's own text, and where the header of the returned mail begins in it."""
        lines = text[:MAX_TEXT].splitlines()
        start = 0 if returned else _find_header(lines)
        self.texts.append("\n".join(lines[:start]))
        if not returned and "final-recipient" in text[:MAX_TEXT].lower():
            # forwarded as text, or without the borders of its parts
            self.statuses += [block for block in _text_blocks(text[:MAX_TEXT], margin=True) if "action" in block]
        for _header in range(MAX_DEPTH):  # a report that was forwarded has one of its own before that of our mail
            if start >= len(lines):
                break
            self.returned.append(_parse_fields(lines[start:start + MAX_FIELDS], margin=not returned))
            lines = lines[start:]
            end = next((number for number, line in enumerate(lines) if not line.strip("> |\t\r")), len(lines))
            lines = lines[end:]
            start = _find_header(lines)

    # ------------------------------------------------------------------

    def _is_machine(self):
        return (
            _ROLE.search(self.sender) or self.returns_nothing or self.first("x-failed-recipients")
            or self.types[:1] == ["multipart/report"] or self.statuses or self.feedbacks or self.receipts
            or self.is_answered_by_itself or _FAILED_SUBJECT.search(self.subject)
        )

    @property
    def returns_nothing(self):
        """The empty sender of reports (RFC 5321 §4.5.5)."""
        return self.first("return-path").strip() == "<>"

    @property
    def is_answered_by_itself(self):
        """RFC 3834 §5, and what was in use before it."""
        automatic = self.first("auto-submitted").strip().lower()
        return bool(
            automatic and automatic != "no" or self.first("precedence").lower().startswith(("auto", "junk"))
            or any(self.first(name) for name in _ANSWER_HEADERS) or _ANSWER_SUBJECT.search(self.subject)
        )

    @property
    def from_person(self):
        """From somebody's mailbox, whoever wrote it."""
        return not (_ROLE.search(self.sender) or self.first("x-failed-recipients")
                    or _FAILED_SUBJECT.search(self.subject))

    def message_ids(self):
        """Groups of Message-IDs, the most certain first: of the returned mail, in the text, of an answer."""
        named = [value for fields in self.returned for name, values in fields.items()
                 if "message-id" in name or name == "x-ms-exchange-parent-message-id" for value in values]
        told = _ID_IN_TEXT.findall(self.text) + [
            value for block in (*self.statuses, *self.feedbacks, *self.receipts)
            for name, values in block.items() if "message-id" in name for value in values
        ]
        elsewhere = [value for fields in self.returned for values in fields.values() for value in values]
        answers = self.header.get("in-reply-to", []) + self.header.get("references", [])
        groups = [_ids(named), _ids(told), _ids(answers), _ids([*elsewhere, self.text])]
        return tuple(group for group in groups if group)

    def marks(self):
        """Words that may be the id which a relay gave to the mail."""
        values = [value for fields in (*self.returned, *self.statuses, *self.feedbacks)
                  for values in fields.values() for value in values]
        found = {}
        for text in (*values, self.text):
            for word in _WORD.findall(text):
                if _telling(word):
                    found[word.strip(".")] = True
                if len(found) >= 3 * MAX_MARKS:
                    return tuple(found)
        return tuple(found)

    def returned_to(self):
        """The addresses to which the returned mails had gone."""
        values = [value for fields in self.returned for name in _TO_HEADERS for value in fields.get(name, ())]
        return _addresses(values)


def _light(part):
    """The same part, read by the policy that takes headers as they stand.

    That of the gateway parses each header anew whenever it is asked for, in more than linear time.
    """
    part = copy.copy(part)
    part.policy = email.policy.compat32
    return part


def _fields(part):
    """``{name: [values]}`` of a part's header, as far as it is read."""
    fields = {}
    for name, value in list(part.raw_items())[:MAX_FIELDS]:
        # the parser keeps bytes outside of ASCII as surrogates
        value = str(value)[:MAX_VALUE].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        fields.setdefault(name.lower(), []).append(" ".join(value.split()))
    return fields


def _content_type(part):
    value = next((str(value) for name, value in part.raw_items() if name.lower() == "content-type"), "")
    return value[:200].partition(";")[0].strip().lower() or "text/plain"


def _text(part):
    """The text of a part that is one; empty where it is not."""
    light = _light(part)
    if light.is_multipart():
        return ""
    fields = _fields(part)
    try:
        data = light.get_payload(decode=True) or b""
    except (ValueError, LookupError, AssertionError):
        return ""
    return _decode_text(data, fields)


def _decode_text(data, fields):
    kind = next(iter(fields.get("content-type", ())), "")
    declared = _CHARSET.search(kind)
    data = data[:4 * MAX_TEXT]
    for charset in (declared.group(1) if declared else "utf-8", "utf-8", "latin-1"):
        try:
            text = data.decode(charset)
            break
        except (LookupError, ValueError):
            continue
    if "html" in kind.lower():
        text = _TAG.sub(_without_tag, text[:MAX_TEXT])
        text = html.unescape(text)
    return text.replace("\x00", "")[:MAX_TEXT]


def _without_tag(tag):
    """An address in angle brackets is none, and a block begins a line."""
    if "@" in tag.group():
        return tag.group()
    return "\n" if _NEW_LINE.match(tag.group()) else " "


def _blocks(part):
    """The blocks of fields of a ``message/delivery-status`` and its like, however it was encoded."""
    light = _light(part)
    if not part.is_multipart():
        text = _text(part)
    elif _is_encoded(part):
        text = _decoded_parts(part)
    else:
        return [fields for block in light.get_payload()[:MAX_PARTS] for fields in _split_block(block)]
    return _text_blocks(text)


def _is_encoded(part):
    """Tell whether a part of others is encoded as a whole, which is not allowed (RFC 2045 §6.4), and happens."""
    encoding = str(_light(part).get("Content-Transfer-Encoding", "")).strip().lower()
    return part.is_multipart() and encoding in ("base64", "quoted-printable")


def _decoded_parts(part):
    """Its text: the parser took the encoded one for parts and fields."""
    light = _light(part)
    raw = "\n\n".join(_light(block).as_string() for block in light.get_payload()[:MAX_PARTS])
    flat = email.message.Message(policy=email.policy.compat32)
    flat["Content-Transfer-Encoding"] = str(light.get("Content-Transfer-Encoding"))
    flat.set_payload(raw[:MAX_TEXT])
    return _text(flat)


def _text_blocks(text, margin=False):
    """The blocks of fields in a text."""
    blocks = re.split(r"\n[>| \t\r]{0,40}\n" if margin else r"\n[ \t\r]{0,40}\n", text)
    return [_parse_fields(block.splitlines(), margin) for block in blocks[:MAX_PARTS] if block.strip()]


def _split_block(block):
    fields = _fields(block)
    # a body: the parser met a line that is no field
    rest = _light(block)
    rest = rest.get_payload() if not rest.is_multipart() else ""
    yield fields
    if isinstance(rest, str) and rest.strip():
        yield _parse_fields(rest[:MAX_TEXT].splitlines())


def _parse_fields(lines, margin=False):
    """Fields out of lines up to the first empty one; ``margin``: they may be quoted or indented as a whole."""
    fields, last = {}, None
    indent = None
    for line in lines[:MAX_FIELDS]:
        bare = line
        if margin:
            if indent is None:
                indent = _MARGIN.match(line).group()
            bare = line[len(indent):] if line.startswith(indent) else line.lstrip(">| ")
        if not bare.strip("> |\t\r"):
            if fields:
                break
            continue
        found = _FIELD.match(bare[:MAX_VALUE])
        if bare[:1] in " \t" and last:
            last[-1] = f"{last[-1]} {bare.strip()}"[:MAX_VALUE]
        elif found:
            last = fields.setdefault(found.group(1).lower(), [])
            last.append(found.group(2).strip())
        elif last:
            # a line that was broken without an indent
            last[-1] = f"{last[-1]} {bare.strip()}"[:MAX_VALUE]
    return fields


def _find_header(lines):
    """Where in a text the header of the returned mail begins; its end where there is none."""
    names = []
    for line in lines:
        found = _FIELD.match(_MARGIN.sub("", line[:200]))
        name = found.group(1).lower() if found else None
        names.append(name if name in _KNOWN_HEADERS else None)
    for index, name in enumerate(names):
        if name:
            block = itertools.takewhile(lambda pair: pair[1].strip("> |\t\r"), zip(
                names[index:index + 30], lines[index:index + 30], strict=True))
            near = {other for other, _line in block} - {None}
            if len(near) >= 2 and near & _SURE_HEADERS:
                return index
    return len(lines)


def _ids(values):
    found = {}
    for value in values:
        for one in _ADDRESS.findall(value[:MAX_TEXT]):
            found[f"<{one.strip('.')}>"] = True
            if len(found) >= MAX_MARKS:
                return tuple(found)
    return tuple(found)


def _addresses(values):
    return tuple(one[1:-1] for one in _ids(values))


def _decoded(value):
    """A header's text without its encoding."""
    try:
        return str(make_header(decode_header(value[:MAX_VALUE])))
    except (ValueError, LookupError, AssertionError):
        return value[:MAX_VALUE]


# ----------------------------------------------------------------------
# What the parts mean
# ----------------------------------------------------------------------

_READ_AS_FIELDS = {
    "message/delivery-status": "statuses", "message/global-delivery-status": "statuses",
    "message/feedback-report": "feedbacks", "message/disposition-notification": "receipts",
    "message/global-disposition-notification": "receipts",
}
_ROLE = re.compile(
    r"mailer-?\s?daemon|mail-?daemon|\bmdaemon\b|post[_-]?master|post-?office|mail\s*deliver|delivery\s*(?:sub)?system|"
    r"microsoftexchange[0-9a-f]{8}|system administrator|mail administrator|mail-?admin@|mailsystem|mail system|"
    r"(?:^|<|\s)(?:bounces?|daemon|root|uucp|mail|mailmaster|mta|smtpd?|system)@|non-?delivery|"
    r"mail\s*router|mailgateway|internet mail service|mail server at\b|<@>", re.I,
)
_ANSWER_HEADERS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-apple-action", "x-mail-autoreply",
    "x-ms-exchange-inbox-rules-loop", "x-vacation", "x-autogenerated",
)
_ANSWER_SUBJECT = re.compile(
    r"^\W*(?:auto(?:matic|matische?|mática|matica|matique|mat)?[- ]?(?:reply|response|respons|antwort|repl|:)|"
    r"out[- ]of[- ](?:the[- ])?office|automatische (?:antwort|r)|abwesen|réponse automatique|respuesta automática|"
    r"resposta automática|risposta automatica|autosvar|automatisch antwoord|odpowiedź automatyczna|"
    r"automatická odpověď|away|vacation|on holiday|ooo\b|fora do escritório|fuera de la oficina|absence|ausência|"
    r"ausente|autoreply|автоответ|自動応答|自动回复)", re.I,
)
_FAILED_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|fail(?:ure|ed)\b.{0,30}(?:notice|deliver|mail)|(?:deliver|mail|message|status|"
    r"delivery).{0,30}"
    r"fail(?:ure|ed)|returned (?:mail|to sender)|return(?:ed)? to sender|non[- ]?(?:delivery|remis)|"
    r"not (?:be )?delivered|"
    r"delivery (?:error|problem|report)|bounce|mail (?:delivery )?error|user unknown|could ?n[o']t (?:be )?deliver|"
    r"unzustellbar|nicht zugestellt|nicht zustellbar|unzustellbarkeit|fehlgeschlagen|non remis|échec|non distribu|"
    r"impossible de (?:remettre|distribuer)|no se (?:puede|ha podido|pudo) entregar|no entregad|devuelt|"
    r"error de entrega|"
    r"não (?:foi )?entreg|falha na entrega|não (?:é )?possível entregar|devolvid|mancata consegna|"
    r"non (?:recapit|consegn)|"
    r"niet (?:bezorg|afgelever)|onbestelbaar|niedostarcz|nie (?:można|dostarcz|doręcz)|nedoruč|не доставлен|"
    r"недоставлен|не удалось|olevererbar|kan inte leverera|kunne ikke leveres|"
    r"toimitus epäonnistui|配信不能|メールエラー|"
    r"未送达|退信|teslim edilemedi|kézbesíthetetlen|undelivrable", re.I,
)
_FAILED_TEXT = re.compile(
    r"(?:could|can|was|were|is|are|been|be|has|have|did|will)(?: ?n[o']t|not)(?: be| been| yet)?(?: successfully)? "
    r"(?:deliver|reach|sent|send|accept|complet|handed|process|resolv|found|relay)|"
    r"unable to (?:be )?(?:deliver|send|relay|reach|complete)|unable to deliver|"
    r"(?:not|un)[- ]?(?:be )?deliver(?:able|ed)|fail(?:ed|ure)? (?:permanent|to deliver|deliver)|"
    r"deliver\w* (?:to [^.\n]{0,120} )?(?:has |have |was )?(?:permanently )?(?:fail|not possible)|"
    r"permanent(?:ly)? (?:fatal |delivery )?(?:error|fail|reject)|this is (?:a )?(?:permanent|final)|giv(?:en|ing) up|"
    r"user (?:is )?unknown|unknown (?:user|local|recipient|address|mailbox)|no such (?:user|mailbox|address|"
    r"recipient|person)|"
    r"(?:mailbox|user|account|recipient|address|domain|host)[^.\n]{0,60} (?:not found|does(?: not|n't) exist|"
    r"is full|full|"
    r"unavailable|disabled|inactive|not exist|rejected|unknown|suspended|over quota|exceeded)|over quota|"
    r"quota exceeded|"
    r"(?:was|been|is|message|mail|recipient) (?:rejected|refused|bounced|returned|discarded|blocked)|invalid "
    r"(?:recipient|address|mailbox)|address(?:es)? (?:had|failed)|following (?:address|recipient)[^\n]{0,20} fail|"
    r"(?:retry|delivery)[ -]?time(?:out)? (?:exceeded|expired)|(?:message|envelope) (?:has )?(?:expired|"
    r"too (?:old|large|big))|delivery "
    r"(?:time )?expired|aborted|could not find|error (?:has )?occurred while (?:attempting|trying)|"
    r"returned (?:message|mail)|did not reach|undeliver|failure (?:notice|reason)|host (?:unknown|not found)|"
    r"unzustellbar|(?:nicht|konnte nicht|kann nicht) (?:an [^.\n]{0,120} )?(?:zugestellt|gesendet|übermittelt|zustell)|"
    r"dauerhafte[rn]? fehler|postfach (?:ist )?voll|existiert nicht|empfänger[^.\n]{0,60} nicht gefunden|"
    r"endgültig (?:fehl|gescheit|abge)|fehlgeschlagen|abgelehnt|"
    r"n'a (?:pas )?(?:pu|été) (?:être )?(?:remis|distribu|livr|délivr|achemin)|n'a pas (?:pu|été)|n'ont pas pu|"
    r"impossible (?:de|d')|échec|n'existe pas|non remis|boîte (?:aux lettres )?pleine|"
    r"no se (?:puede|pudo|ha podido|pudieron|han podido|ha entregado|entregó)|no (?:pudo|fue|ha sido) "
    r"(?:ser )?entregad|no existe|buzón (?:está )?lleno|rechazad|error permanente|falló|"
    r"não (?:pôde|pode|foi|puderam|foram|é|conseguimos|conseguiu)(?: possível)?(?: ser)?(?: \w+)? ?(?:entreg|"
    r"enviad|encontrad|alcan)|"
    r"não existe|não encontrad|caixa (?:de correio |postal )?(?:está )?cheia|erro permanente|falha|rejeitad|"
    r"recusad|devolvid|"
    r"non (?:è stato|è stata|può|ha potuto|è)(?: \w+){0,2} (?:recapit|consegn|possibile)|casella[^.\n]{0,40} piena|"
    r"non esiste|impossibile|niet (?:worden )?(?:bezorgd|afgeleverd|gevonden)|kan niet|bestaat niet|onbestelbaar|"
    r"nie (?:może|mogła|można|została|istnieje|udało)|niedostarcz|nelze|nebyl[ao]? (?:možné |doruč)|nedoruč|neexistuje|"
    r"не может быть доставлен|не (?:удалось|доставлен|существует)|недоставлен|"
    r"kan inte|kunde inte|kunne ikke|ei voitu|teslim edilem|nem kézbesít|nu a (?:fost|putut)|"
    r"配信(?:でき|不能)|送信(?:でき|エラー)|見つかり|存在しない|宛先不明|届けられ|無法|无法|退回|不存在", re.I,
)
#: Says of the future that it is tried again: then it is not final, whatever else is said
_RETRIED = re.compile(
    r"will (?:be retried|retry|(?:keep|continue|go on)[^.\n]{0,30}(?:try|attempt|deliver)|try again|"
    r"be (?:attempted|tried) again)|"
    r"(?:delivery )?attempts will continue|still (?:be(?:ing)? )?(?:trying|retried|in the queue|queued)|"
    r"continues? to (?:try|attempt)|(?:retried|retry|retrying) for [^.\n]{0,30}(?:more|further|another|hours?|days?)|"
    r"this is (?:a|only a) warning|warning message only|do not need to resend|no action is required|need not resend|"
    r"not yet been|has not been delivered yet|non-fatal error|"
    r"wird (?:weiter(?:hin)?|erneut)[^.\n]{0,30}versuch|weitere zustellversuche|noch nicht (?:zugestellt|ausgeliefert)|"
    r"n'a pas encore été|continuera (?:à|d)|de nouvelles tentatives|todavía no|aún no (?:se|ha)|seguirá intent|"
    r"se seguirá|ainda não foi|continuará (?:a )?tent|novas tentativas|não é necess[aá]rio reenviar|non è ancora|"
    r"nog niet|wordt opnieuw|jeszcze nie|będą ponawiane|dosud nebyl|zatím nebyl|ещё не|"
    r"еще не|再送を試み|仍在|继续尝试", re.I,
)
_DELAYED_TEXT = re.compile(
    r"delay|deferred|queued for|temporar|verzöger|verspät|retard|retras|demor|atras|ritard|vertraag|opóźni|zpožd|"
    r"задерж|försena|forsink|延期|遅延|延迟|warning:", re.I,
)
_DELIVERED_TEXT = re.compile(
    r"(?:was|been|were|is) (?:successfully )?(?:delivered|relayed|received)|delivery (?:was )?success|"
    r"success(?:ful)?(?:ly)? "
    r"(?:deliver|relay)|(?:successful|delivered)\b|wurde (?:erfolgreich )?zugestellt|a été (?:remis|distribu|délivr)|"
    r"(?:se ha|ha sido|fue) entregad|foi entregue|è stato (?:recapit|consegn)|is (?:bezorgd|afgeleverd)|"
    r"zosta[łl][ao]? dostarcz|byl[ao]? doruč|доставлено", re.I,
)
#: A 5yz of a mail server (RFC 5321 §4.2), or its enhanced code (RFC 3463)
_REFUSAL = re.compile(
    r"(?:(?<=^)|(?<=[\s:;#<>\[\]()\"'=,-]))(?:5[0-7]\d[ \-:;,]{1,3}(?:[(<#\[]?5\.\d{1,3}\.\d{1,3}|"
    r"(?=[A-Za-z<#\[\"'(\d]))|"
    r"#?5\.[0-7]\.\d{1,3}(?![\w.]))|(?:error|code|status|reply|said|replied|response|"
    r"smtp)[^\n\w]{1,4}5[0-7]\d\b", re.M | re.I,
)
_ACTIONS = (
    (FAILED, ("fail", "expire", "undeliver", "error", "reject", "bounce", "return")),
    (DELAYED, ("delay", "defer", "warn")),
    (DELIVERED, ("deliver", "relay", "expand", "success")),
)
_STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])|(?<![\d.])([245])\d\d(?=[\s-]|$)")
_CLASSES = {"5": FAILED, "4": DELAYED, "2": DELIVERED}


def _read_complaint(parts):
    """A recipient, or their provider, says that it is spam (RFC 5965); what else is said in that form is unclear."""
    blocks = parts.feedbacks
    if not blocks:
        inline = re.search(r"^[ \t]{0,20}feedback-type:[ \t]*([\w-]{1,40})", parts.text, re.I | re.M)
        by_hotmail = any("x-hmxmroriginalrecipient" in fields for fields in parts.returned)
        declared = "feedback-report" in parts.first("content-type").lower()
        if not (inline or by_hotmail or declared):
            return []
        blocks = [{"feedback-type": [inline.group(1) if inline else "abuse"]}]
    fields = blocks[0]
    told = " ".join(fields.get("feedback-type", ["abuse"])).lower()
    kind = UNCLEAR if told.startswith(("auth", "not-spam", "dmarc")) else COMPLAINT
    named = [value for block in blocks for name in ("original-rcpt-to", "removal-recipient", "final-recipient")
             for value in block.get(name, ())]
    return [Fate(kind, _say(told, parts.text), _addresses(named), explicit=True)]


def _read_receipt(parts):
    """A person's mail program says that it showed the mail, or threw it away (RFC 8098)."""
    if not parts.receipts and "disposition-notification" not in parts.first("content-type").lower():
        return []
    fields = parts.receipts[0] if parts.receipts else {}
    named = fields.get("final-recipient", []) + fields.get("original-recipient", [])
    return [Fate(RECEIPT, _say(*fields.get("disposition", [])), _addresses(named), explicit=True)]


def _read_status(parts):
    """The fates of RFC 3464, one for each recipient, wherever they stand."""
    fates = []
    for block in parts.statuses:
        for fields in _each_recipient(block):
            named = [value for name in ("final-recipient", "original-recipient", "x-actual-recipient", "recipient")
                     for value in fields.get(name, ())]
            if not (named or fields.get("action") or fields.get("status")):
                continue
            words = [*fields.get("status", ()), *fields.get("diagnostic-code", ())]
            if fate := _action_kind(fields):
                said = _say(*words) if words else _said_in(parts.text)
                fates.append(Fate(fate, said, _addresses(named), explicit=bool(named)))
            else:
                fates.append(_read_plain(parts)._replace(addresses=_addresses(named), explicit=bool(named)))
    return fates


def _each_recipient(block):
    """The fields of each recipient, also where all stand in one block."""
    count = max((len(block.get(name, ())) for name in ("final-recipient", "action", "original-recipient")), default=0)
    if count <= 1:
        return [block]
    return [
        {name: values[index:index + 1] if len(values) == count else values for name, values in block.items()}
        for index in range(min(count, MAX_PARTS))
    ]


def _action_kind(fields):
    action = " ".join(fields.get("action", ())).lower()
    for kind, words in _ACTIONS:
        if any(word in action for word in words):
            return kind
    for value in (*fields.get("status", ()), *fields.get("diagnostic-code", ())):
        if found := _STATUS.search(value):
            return _CLASSES[found.group(1) or found.group(2)]
    return None


def _read_notification(parts):
    """What Amazon tells by mail where its own bounces are switched off (SES by SNS)."""
    found = re.search(r'"(?:notification|event)Type\W{1,8}(Bounce|Complaint|Delivery)\b', parts.text)
    if not found:
        return []
    kind = {"Bounce": FAILED, "Complaint": COMPLAINT, "Delivery": DELIVERED}[found.group(1)]
    if kind == FAILED and not re.search(r'"bounceType\W{1,8}Permanent', parts.text):
        kind = UNCLEAR
    return [Fate(kind, _say(parts.text[found.start():]), _addresses([parts.text]))]


def _read_plain(parts):
    """What a mail says that has no part for machines."""
    text = f"{parts.subject}\n{parts.text}"
    failed = parts.header.get("x-failed-recipients", []) or [
        value for fields in parts.returned for value in fields.get("x-failed-recipients", ())]
    named = _addresses(failed or [parts.text])
    said = _said_in(parts.text) or _say(parts.subject)
    if parts.is_answered_by_itself and parts.from_person:
        # of the mailbox that it comes from, where the mail went there
        return Fate(AUTOMATIC, _say(parts.text or parts.subject), _addresses([parts.sender]) or named)
    if not parts.machine:
        return Fate(UNCLEAR, _say(parts.text or parts.subject), named)
    flat = " ".join(text.split())
    if _RETRIED.search(flat):
        kind = DELAYED
    elif failed or _REFUSAL.search(text) or _FAILED_TEXT.search(flat) or _FAILED_SUBJECT.search(parts.subject):
        kind = FAILED
    elif _DELAYED_TEXT.search(flat):
        kind = DELAYED
    elif _DELIVERED_TEXT.search(flat):
        kind = DELIVERED
    else:
        kind = UNCLEAR
    return Fate(kind, said, named, explicit=bool(failed))


def _said_in(text):
    """The other server's words: from its refusal on, or the first lines."""
    if found := _REFUSAL.search(text):
        start = found.start()
        return _say(text[start:start + MAX_SAID].lstrip(" :;#<>[]()\"'=,-").split("\n\n")[0])
    return _say(text[:2 * MAX_SAID])


def _say(*words):
    return " ".join(" ".join(words).split())[:MAX_SAID]
