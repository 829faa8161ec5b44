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
from .checks import WARNING, ask, same, tax_id

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
    :param partner_tax_id: CNPJ, CPF or foreign number of the invoice's customer, empty where nobody noted one: then
        nobody knows whether it is theirs; not compared with ``None``
    :param amount: the invoice's total in reais, ``Decimal``, ``int`` or ``float``; not compared without it
    :param key: the access key that an event should belong to; not compared without it
    """
    if nfe.kind in _NO_DOCUMENT or nfe.kind == reader.DAMAGED and not nfe.model:
        return [ask_root(nfe, "")]
    if nfe.event:
        return _check_event(nfe, company_cnpj, key)
    return _check_nfe(nfe, company_cnpj, partner_tax_id, amount)


def _check_nfe(nfe, company, partner, amount):
    emitter = nfe.emitter.tax_id if nfe.emitter else ""
    checks = [
        ask_root(nfe, "nfeProc"),
        ask(MODEL, nfe.model == "55", model=nfe.model),
        ask(STATUS, nfe.status in reader.STATUS_AUTHORIZED, status=nfe.status, reason=nfe.reason),
        ask(KEY, reader.is_key(nfe.key), key=nfe.key),
        ask(KEY_PARTS, _without_emitter(nfe.key[:43]) == _without_emitter(nfe.composed),
            key=nfe.key, composed=nfe.composed),
        ask(PROTOCOL_KEY, same(nfe.key, nfe.protocol_key), key=nfe.key, protocol_key=nfe.protocol_key),
        ask(EMITTER_KEY, same(in_key(emitter), nfe.key[6:20]), key=nfe.key, emitter=emitter),
        ask(COMPANY, same(emitter, tax_id(company)), emitter=emitter, company=tax_id(company)),
    ]
    if partner is not None:
        checks += ask_recipient(nfe.recipient, tax_id(partner))
    if amount is not None:
        amount = Decimal(str(amount))
        field, total = total_of(nfe)
        fits = total is not None and abs(total - amount) < _TOLERANCE
        checks.append(ask(TOTAL, fits, WARNING, total=total, amount=amount, field=field))
    return [*checks, ask_environment(nfe)]


def total_of(nfe):
    """Return the name and the value of the total that the customer owes, by the layout and the date of an NF-e.

    vNFTot may be left out, as it must be where it is nothing: then it is vNF as before.
    """
    if nfe.issued and nfe.issued.year >= TAXES_ON_TOP and nfe.with_taxes is not None:
        return TOTAL_WITH, nfe.with_taxes
    return TOTAL_BEFORE, nfe.total


def ask_recipient(party, partner):
    """Ask whether the recipient is the partner; nothing is asked of one abroad, or of two, who have no number.

    :param party: :class:`tools.brazil.nfe.Party`, or ``None``
    :param str partner: the partner's number (:func:`tools.brazil.checks.tax_id`); may be empty
    :return: a list
    """
    recipient = party.tax_id if party else ""
    foreign = party is not None and party.kind == reader.FOREIGN
    if not partner and (foreign or not recipient) or foreign and not recipient:
        return []
    # as it stands there: what has other signs in it is no CNPJ
    fits = same(recipient, partner)
    if foreign:
        # partners abroad are kept with their country's two letters in front, NF-e hold what the passport says
        fits = tax_id(recipient) in (partner, partner[2:])
    return [ask(RECIPIENT, fits, WARNING, recipient=recipient, partner=partner)]


def _check_event(nfe, company, key):
    event = nfe.event
    ours = same(event.author, tax_id(company)) and in_key(tax_id(company)) == nfe.key[6:20]
    checks = [
        ask_root(nfe, "procEventoNFe"),
        ask(STATUS, nfe.status in reader.STATUS_REGISTERED, status=nfe.status, reason=nfe.reason),
        ask(KEY, reader.is_key(nfe.key), key=nfe.key),
        ask(PROTOCOL_KEY, same(nfe.key, nfe.protocol_key), key=nfe.key, protocol_key=nfe.protocol_key),
        ask(COMPANY, ours, emitter=event.author, company=tax_id(company)),
        ask_environment(nfe),
        ask(EVENT_TYPE, event.type in (reader.CORRECTION, reader.CANCELLATION), type=event.type),
    ]
    if key is not None:
        checks.append(ask(EVENT_KEY, same(nfe.key, key), key=nfe.key, expected=key))
    return checks


def ask_root(found, wanted):
    """Ask whether the file is what may be sent, by its root; no root is wanted where there is none to compare."""
    return ask(ROOT, bool(wanted) and found.root == wanted and not found.problem,
               kind=found.kind, root=found.root, problem=found.problem)


def ask_environment(found):
    """Ask whether it is no test."""
    return ask(ENVIRONMENT, found.environment == reader.PRODUCTION, WARNING, environment=found.environment)


def in_key(tax_number):
    """A CNPJ as keys hold it, or a CPF, of farmers, with zeros in front."""
    return tax_number.zfill(14) if tax_number else ""


def _without_emitter(key):
    return key[:6] + key[20:]
