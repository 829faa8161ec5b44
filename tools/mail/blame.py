"""Whose fault a refusal is: the account's, the sender's, the recipient's or the message's.

Only the last two may fail a document. A server speaks of the customer from RCPT on; before that it has heard nothing of
them, only of us (RFC 5321 §3.3): what it refuses there is the account or the sender, apart from what MAIL says about
the message (size: RFC 1870 §6, parameters: RFC 5321 §4.1.1.11, encoding: RFC 6531 §3.5). Many servers hold back what
they have against us until RCPT (Postfix: ``smtpd_delay_reject``) or until the text is there (Amazon SES, Exchange
Online): there the words decide. The replies that this was made from, with their sources: tests/plain/test_blame.py.
"""

import re
from dataclasses import dataclass

CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, DOT = (
    "connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot",
)
#: Before it has heard of the customer
_BEFORE = (CONNECT, EHLO, STARTTLS, AUTH)
_WITH_US = (*_BEFORE, MAIL)
_TALKING = (MAIL, RCPT, DATA, DOT)
_ALL = (*_BEFORE, *_TALKING)
#: Replies by which a server says that it did not expect this command: the two are out of step
_SEQUENCE = (500, 502, 503)

ACCOUNT, SENDER, RECIPIENT, MESSAGE = "account", "sender", "recipient", "message"

#: What it is: of the account, the sender …
LOGIN, TOKEN, ENCRYPTION, BLOCKED, DAY, HOUR, RATE, SESSION, TROUBLE, FROM = (
    "login", "token", "encryption", "blocked", "day", "hour", "rate", "session", "trouble", "from",
)
#: … the recipient or the message
ADDRESS, SIZE, FORM, CONTENT = "address", "size", "form", "content"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Seconds for which account or sender rest. What only a person mends is asked once a day, in case they mended it at the
#: provider's; a person who mends it here is heard at once.
REST = {
    LOGIN: _DAY, ENCRYPTION: _DAY, FROM: _DAY, DAY: _DAY, TOKEN: _HOUR, BLOCKED: _HOUR, HOUR: _HOUR,
    TROUBLE: 5 * _MINUTE, RATE: _MINUTE, SESSION: _MINUTE,
}
#: What passes without anybody doing anything, and soon: it is shown, but rings no alarm
PASSING = frozenset({HOUR, RATE, SESSION, TROUBLE})


@dataclass(frozen=True)
class Verdict:
    """What a refusal says.

    :param str whose: :data:`ACCOUNT`, :data:`SENDER`, :data:`RECIPIENT` or :data:`MESSAGE`
    :param str cause: what is wrong, a constant of this module
    :param bool final: the same is not to be tried again (RFC 5321 §4.2.1)
    """

    whose: str
    cause: str
    final: bool = True

    @property
    def is_ours(self):
        """Tell whether no document can be blamed: all wait, and none of them spends a try."""
        return self.whose in (ACCOUNT, SENDER)

    @property
    def rest(self):
        """Seconds for which account or sender rest; 0 for the other two."""
        return REST[self.cause] if self.is_ours else 0


def _any(*words):
    return re.compile("|".join(words), re.IGNORECASE)


#: Nothing to do with the account although it sounds so: an address that takes mail from few,
_OF_RECIPIENT = _any(
    r"RESOLVER\.RST", r"\b5\.7\.1[23]\d\b", r"for (the )?(group|mailbox|rcpt domain)", r"trying to contact",
    r"allowed.senders list", r"recipient (doesn't|does not|has)",
    r"\b[45]\.2\.[12]\b(?!.*(send|submi|outgoing|outbound|relay))",
)
#: a domain that proves nothing,
_OF_DOMAIN = _any(r"\b(spf|dkim|dmarc)\b", r"\b5\.7\.2\d\b", r"5\.7\.515", r"sender policy framework")
_LIMIT = (
    r"(limit|quota|exceed|exced|máxim|maxim|too (many|much)|dépass|überschr|przekrocz|překroč|kvót|kvota|"
    r"only \d+ (messages|recipients|mails))"
)
_DAY_WORDS = (
    r"(dail|\bdays?\b|24.?h|24.hour|diári|diario|por dia|por día|giornal|al giorno|journali|par jour|täglich|pro tag|"
    r"tageslimit|dzienn|na dzień|denní|\bden\b|\bdnes\b)"
)
_HOUR_WORDS = r"(hour|\bhor[aá]|heure|horaire|stunde|stünd|godzin|hodin|\bora\b|orari)"
#: what the message carries
_OF_MESSAGE = _any(
    r"\b(ur[il]s?|links?|content|body|surbl|uribl|attachments?|archives?|virus|zip|macro)\b",
    r"\bspam (content|message)",
)


def _both(first, second):
    return _any(f"{first}.*{second}", f"{second}.*{first}")


_OWNED = _any(
    r"not owned by", r"send(ing)? as\b(?! many)", r"SendAs", r"relaying disallowed as", r"sender.{0,12}verif",
    r"verified sender", r"not verified", r"(is|are|was) not verified", r"auth\w* to send (from|as)", r"sender identity",
    r"not (a )?valid for your log", r"allowed to (send|use) .{0,40}(from|address|sender)",
    r"sender address is not allowed",
    r"does not match .{0,40}(sender|from|identity|login|user)", r"from address .{0,30}(not|must)",
    r"non-local sender", r"não (é|está) autorizad\w+ a (enviar|usar)", r"remetente (não|diferente|inválido|rejeitado)",
)
_LOGIN_WORDS = _any(
    r"authenticat", r"authentif", r"autentica", r"authoriz?s?ation (failed|required)", r"smtp.?auth", r"not logged in",
    r"(log|sign).?in (via|with|to|first|required)", r"please log", r"credential", r"password", r"oauth",
    r"access token",
    r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed|disallowed|prohibited)",
    r"(unable|permitted) to relay",
    r"do(es)? not relay", r"mail relay denied", r"relay access", r"allowed rcpthosts", r"TenantAttribution",
    r"retransmiss", r"anmeld", r"uwierzytelni", r"zalogowa", r"ověřen", r"přihlá", r"pop before smtp",
)
_ENCRYPTION_WORDS = _any(
    r"starttls", r"without (ssl|tls)", r"encryption (is )?(required|needed)",
    r"(requires?|must use|use) (ssl|tls|encryption)",
    r"(ssl|tls) (is )?required", r"secure connection", r"certificate verif",
)
_BLOCKED_WORDS = _any(
    r"suspend", r"account.{0,20}(block|lock|disabled|restrict|deactivated|inactive)",
    r"(sender|user).{0,20}(block|banned|restrict)",
    r"sending.{0,20}(disabled|paused|blocked|not allowed|shut)", r"bad outbound sender", r"unusual sending activity",
    r"OutboundSpam", r"compromised", r"blacklist", r"blocklist", r"blocked (using|by|because)",
    r"spamhaus", r"\bbanned\b",
    r"is listed (on|at|in|by)", r"(your|the|from) ip", r"from ip address", r"client host", r"tenant has exceeded",
    r"traffic not accepted", r"connection refused", r"credits? (expired|exhausted)", r"not enough credits",
)


@dataclass(frozen=True)
class _Rule:
    """A line of the table: where all that it names fits, it is so.

    :param codes: of reply codes and enhanced codes, those that say it without words
    :param words: what the text says
    :param unless: what the text must not say
    """

    whose: str
    cause: str
    phases: tuple
    codes: frozenset = frozenset()
    words: re.Pattern | None = None
    unless: tuple = ()
    numbers: tuple = ()

    def fits(self, phase, code, enhanced, text):
        if phase not in self.phases or any(pattern.search(text) for pattern in self.unless):
            return False
        if self.numbers and not str(code).startswith(self.numbers):
            return False
        return str(code) in self.codes or enhanced in self.codes or bool(self.words and self.words.search(text))


#: The first that fits counts. Enhanced codes without their class: what they speak of is the same for now and for good.
_RULES = (
    _Rule(ACCOUNT, SESSION, _TALKING, words=_any(r"per (session|connection)", r"in (this|one) (session|connection)")),
    _Rule(ACCOUNT, DAY, _ALL, {"4.5", "1.90"}, numbers=("5",)),
    _Rule(ACCOUNT, DAY, _ALL, words=_any(f"{_DAY_WORDS}.*{_LIMIT}", f"{_LIMIT}.*{_DAY_WORDS}", r"SubmissionQuota"),
          unless=(_OF_RECIPIENT, _OF_MESSAGE)),
    _Rule(MESSAGE, SIZE, _TALKING, {"3.4", "2.3"}, _any(
        r"(message|mail|file|attachment|nachricht|mensagem|maximum).{0,20}(size|too (large|big|long)|tamanho)",
        r"size (limit|exceed|is too|larger)", r"larger than", r"too (large|big)\b",
    )),
    _Rule(MESSAGE, SIZE, (MAIL,), {"552"}, unless=(_both("(send|outgoing|outbound|envio)", _LIMIT),)),
    _Rule(MESSAGE, FORM, _TALKING, {"555", "6.7", "6.1", "6.3", "6.9"},
          _any("SMTPUTF8", "8BITMIME", "unicode address")),
    _Rule(SENDER, FROM, _TALKING, {"7.60", "2.251", "2.252"}, _OWNED, (_OF_RECIPIENT, _OF_DOMAIN)),
    _Rule(ACCOUNT, ENCRYPTION, _ALL, {"538", "7.10", "7.11"}, _ENCRYPTION_WORDS, (_OF_RECIPIENT,)),
    _Rule(ACCOUNT, HOUR, _ALL, words=_both(_HOUR_WORDS, _LIMIT), unless=(_OF_RECIPIENT, _OF_MESSAGE)),
    _Rule(ACCOUNT, RATE, _WITH_US, words=_any(
        r"throttl", r"\brate\b", r"per (minute|second)", r"por minuto", r"pro minute", r"concurrent", r"thread limit",
        r"too (fast|quick|frequent)", r"too (many|much) (connection|session|mail|message|e-?mail)", r"slow down",
    ), unless=(_any("auth", "password"),)),
    _Rule(ACCOUNT, RATE, (RCPT, DATA, DOT), {"432"}, _any(
        r"throttl", r"(sending|submission|message|relay|mail|delivery|unusual|maximum) rate", r"rate.?limit",
        r"concurrent",
        r"too (much|many) (mail|message|e-?mail|connection|session|recipients (this|in|per))", r"thread limit",
        r"messages? per (minute|second)", r"(mail|sending|message) frequency", r"relay limit",
        r"failure sending mail\. try again later",
        r"exceed\w* .{0,30}per minute", r"too (fast|quick|frequent)",
    ), (_OF_RECIPIENT, _OF_MESSAGE)),
    _Rule(ACCOUNT, LOGIN, _TALKING, {"530", "534", "535", "7.30", "7.57", "7.139"}),
    _Rule(ACCOUNT, LOGIN, (AUTH, *_TALKING), {"7.8", "7.9", "7.14"}, _LOGIN_WORDS,
          (_OF_RECIPIENT, _OF_DOMAIN, _OF_MESSAGE)),
    _Rule(ACCOUNT, BLOCKED, _ALL, {
        "4.6", "7.501", "7.502", "7.503", "7.504", "7.606", "7.511", "7.705", "7.708", "7.750",
    }, _BLOCKED_WORDS, (_OF_RECIPIENT, _OF_DOMAIN, _OF_MESSAGE)),
    # a limit without a unit: of what is sent, for a mailbox that is full speaks of the customer
    _Rule(ACCOUNT, HOUR, (MAIL,), words=_any(_LIMIT)),
    _Rule(ACCOUNT, HOUR, (RCPT, DATA, DOT), words=_both(
        r"(send|sent|outgoing|outbound|relay|envio|enviad|submi|smtp|wysył|odesl|odesíl|envoi|versand)", _LIMIT,
    ), unless=(_OF_RECIPIENT, _OF_DOMAIN, _OF_MESSAGE)),
    _Rule(SENDER, FROM, (RCPT, DATA, DOT), {"1.7", "1.8"}, _any(
        r"sender (address|domain|e-?mail)?.{0,60}(reject|refus|denied|not (allowed|permitted|local|valid|exist|found))",
        r"sender rejected", r"verification failed for", r"remetente.{0,30}(rejeitad|recusad)",
    ), (_OF_RECIPIENT, _OF_DOMAIN, _OF_MESSAGE)),
)
#: So many recipients are enough for one mail, which says nothing against the one that is named next
_ENOUGH = _any(r"(?<![\d.])[45]\.5\.3(?![\d.])", r"too many (recipients|rcpts?)\b", r"recipients? limit")
_ENHANCED = re.compile(r"(?<![\d.])[245]\.(\d{1,3}\.\d{1,3})(?![\d.])")


def judge(phase, code, text):
    """Return the :class:`Verdict` on a refusal.

    :param str phase: what was asked, one of :data:`CONNECT` … :data:`DOT`
    :param int code: the reply's code, 4yz or 5yz
    :param str text: its text, with the enhanced code where there is one (RFC 3463)
    """
    text = " ".join(str(text).split())
    found = _ENHANCED.search(text)
    enhanced = found.group(1) if found else ""
    final = 500 <= code <= 599
    for rule in _RULES:
        if rule.fits(phase, code, enhanced, text):
            return _temporary(rule, code, phase) or Verdict(rule.whose, rule.cause, final)
    if phase in _BEFORE:
        # at AUTH only 5yz says that the login is wrong: 454 is the server's own trouble (RFC 4954 §6)
        if not final:
            return Verdict(ACCOUNT, TROUBLE, False)
        return Verdict(ACCOUNT, {AUTH: LOGIN, STARTTLS: ENCRYPTION}.get(phase, BLOCKED))
    if code in _SEQUENCE:
        return Verdict(ACCOUNT, TROUBLE, False) if phase == MAIL else Verdict(MESSAGE, CONTENT, False)
    if phase == MAIL:
        return Verdict(SENDER, FROM) if final else Verdict(ACCOUNT, TROUBLE, False)
    return Verdict(RECIPIENT, ADDRESS, final) if phase == RCPT else Verdict(MESSAGE, CONTENT, final)


def means_enough(code, text):
    """Tell whether a reply to RCPT means that the recipients before are enough for one mail (RFC 5321 §4.5.3.1.10).

    A limit of a day or an hour is none of that.

    :param int code: the reply's code
    :param str text: its text
    """
    text = " ".join(str(text).split())
    return 400 <= code <= 599 and bool(_ENOUGH.search(text)) and judge(RCPT, code, text).cause not in (DAY, HOUR, RATE)


def _temporary(rule, code, phase):
    """Return the verdict where 4yz, or a limit without a unit, makes another one of it than the line says."""
    if rule.cause == RATE and code >= 500:
        return Verdict(ACCOUNT, HOUR)  # for good, says the server: it wants more than a minute
    if code >= 500 or rule.cause not in (LOGIN, ENCRYPTION, BLOCKED, FROM):
        return None
    if phase == AUTH and code == 432:
        return Verdict(ACCOUNT, LOGIN, False)  # the password must be given anew (RFC 4954 §6)
    return Verdict(rule.whose, TROUBLE, False)
