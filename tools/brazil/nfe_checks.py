"""Whether an NF-e, or one of its events, is what may be sent with an invoice: each question with its answer.

====================  ==================================================  =========  ==============================
code                  question                                            unless so  parameters
====================  ==================================================  =========  ==============================
:data:`ROOT`          the file is the document with its protocol          error      kind, root, problem
:data:`MODEL`         the model is 55                                     error      model
:data:`STATUS`        the authority authorised, or registered it          error      status, reason
:data:`KEY`           the key's form and its check digit are right        error      key
:data:`KEY_PARTS`     the key says what the document's fields say         error      key, composed
:data:`PROTOCOL_KEY`  the protocol belongs to this key                    error      key, protocol_key
:data:`EMITTER_KEY`   the key's positions 7 to 20 are the emitter         error      key, emitter
:data:`COMPANY`       the emitter is the company                          error      emitter, company
:data:`RECIPIENT`     the recipient is the partner                        warning    recipient, partner
:data:`TOTAL`         the total is that of the invoice                    warning    total, amount, field
:data:`ENVIRONMENT`   it is no test                                       warning    environment
:data:`EVENT_TYPE`    the event is a correction or a cancellation         error      type
:data:`EVENT_KEY`     the event belongs to the NF-e that was sent         error      key, expected
====================  ==================================================  =========  ==============================

A question is asked only where the kind of file and the given arguments allow it. Sources: Ajuste SINIEF 07/05,
clause 7 § 7 (what is handed over is the NF-e with its protocol); Manual de Orientação do Contribuinte (key, cStat).
"""

from decimal import Decimal

from . import nfe as reader
from .checks import ERROR, OK, WARNING, Check, tax_id

ROOT, MODEL, STATUS = "root", "model", "status"
KEY, KEY_PARTS, PROTOCOL_KEY, EMITTER_KEY = "key", "key_parts", "protocol_key", "emitter_key"
COMPANY, RECIPIENT, TOTAL, ENVIRONMENT = "company", "recipient", "total", "environment"
EVENT_TYPE, EVENT_KEY = "event_type", "event_key"

#: From this year on vNFTot may have IBS, CBS and IS on top of vNF; before, they are added to no total (NT 2025.002)
TAXES_ON_TOP = 2027
#: Which total was compared
TOTAL_BEFORE, TOTAL_WITH = "vNF", "vNFTot"
#: Reais by which two totals may differ: less than half a centavo
_TOLERANCE = Decimal("0.005")
_NO_DOCUMENT = (reader.NOT_XML, reader.OTHER)


def check(nfe, company_cnpj, partner_tax_id=None, amount=None, key=None):
    """Return the list of :class:`tools.brazil.checks.Check`, in the order of the table above.

    :param nfe: what :func:`tools.brazil.nfe.read` gave
    :param company_cnpj: the company's CNPJ (or CPF), in any notation; without one nothing is its own
    :param partner_tax_id: CNPJ, CPF or foreign number of the invoice's customer; not compared without it
    :param amount: the invoice's total in reais, ``Decimal``, ``int`` or ``float``; not compared without it
    :param key: the access key that an event should belong to; not compared without it
    """
    if nfe.kind in _NO_DOCUMENT or nfe.kind == reader.DAMAGED and not nfe.model:
        return [_root(nfe, "")]
    if nfe.event:
        return _check_event(nfe, company_cnpj, key)
    return _check_nfe(nfe, company_cnpj, partner_tax_id, amount)


def _check_nfe(nfe, company, partner, amount):
    emitter = nfe.emitter.tax_id if nfe.emitter else ""
    checks = [
        _root(nfe, "nfeProc"),
        _check(MODEL, nfe.model == "55", model=nfe.model),
        _check(STATUS, nfe.status in reader.STATUS_AUTHORIZED, status=nfe.status, reason=nfe.reason),
        _check(KEY, reader.is_key(nfe.key), key=nfe.key),
        _check(KEY_PARTS, _without_emitter(nfe.key[:43]) == _without_emitter(nfe.composed),
               key=nfe.key, composed=nfe.composed),
        _check(PROTOCOL_KEY, _same(nfe.key, nfe.protocol_key), key=nfe.key, protocol_key=nfe.protocol_key),
        _check(EMITTER_KEY, _same(_in_key(emitter), nfe.key[6:20]), key=nfe.key, emitter=emitter),
        _check(COMPANY, _same(emitter, tax_id(company)), emitter=emitter, company=tax_id(company)),
    ]
    if partner:
        checks += _recipient(nfe.recipient, tax_id(partner))
    if amount is not None:
        amount = Decimal(str(amount))
        field, total = total_of(nfe)
        same = total is not None and abs(total - amount) < _TOLERANCE
        checks.append(_check(TOTAL, same, WARNING, total=total, amount=amount, field=field))
    return [*checks, _environment(nfe)]


def total_of(nfe):
    """Return the name and the value of the total that the customer owes, by the layout and the date of an NF-e.

    vNFTot may be left out, as it must be where it is nothing: then it is vNF as before.
    """
    if nfe.issued and nfe.issued.year >= TAXES_ON_TOP and nfe.with_taxes is not None:
        return TOTAL_WITH, nfe.with_taxes
    return TOTAL_BEFORE, nfe.total


def _recipient(party, partner):
    recipient = party.tax_id if party else ""
    foreign = party is not None and party.kind == reader.FOREIGN
    if foreign and not recipient:
        return []
    # as it stands there: what has other signs in it is no CNPJ
    same = _same(recipient, partner)
    if foreign:
        # partners abroad are kept with their country's two letters in front, NF-e hold what the passport says
        same = tax_id(recipient) in (partner, partner[2:])
    return [_check(RECIPIENT, same, WARNING, recipient=recipient, partner=partner)]


def _check_event(nfe, company, key):
    event = nfe.event
    ours = _same(event.author, tax_id(company)) and _in_key(tax_id(company)) == nfe.key[6:20]
    checks = [
        _root(nfe, "procEventoNFe"),
        _check(STATUS, nfe.status in reader.STATUS_REGISTERED, status=nfe.status, reason=nfe.reason),
        _check(KEY, reader.is_key(nfe.key), key=nfe.key),
        _check(PROTOCOL_KEY, _same(nfe.key, nfe.protocol_key), key=nfe.key, protocol_key=nfe.protocol_key),
        _check(COMPANY, ours, emitter=event.author, company=tax_id(company)),
        _environment(nfe),
        _check(EVENT_TYPE, event.type in (reader.CORRECTION, reader.CANCELLATION), type=event.type),
    ]
    if key is not None:
        checks.append(_check(EVENT_KEY, _same(nfe.key, key), key=nfe.key, expected=key))
    return checks


def _check(code, holds, otherwise=ERROR, **params):
    return Check(code, OK if holds else otherwise, params)


def _root(nfe, wanted):
    return _check(ROOT, bool(wanted) and nfe.root == wanted and not nfe.problem,
                  kind=nfe.kind, root=nfe.root, problem=nfe.problem)


def _environment(nfe):
    return _check(ENVIRONMENT, nfe.environment == reader.PRODUCTION, WARNING, environment=nfe.environment)


def _same(one, other):
    """Nothing is the same as nothing only by chance."""
    return bool(one) and one == other


def _in_key(number):
    """A number as keys hold it: a CPF, of farmers, with zeros in front."""
    return number.zfill(14) if number else ""


def _without_emitter(key):
    return key[:6] + key[20:]
