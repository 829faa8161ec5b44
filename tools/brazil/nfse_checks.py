"""Whether an NFS-e, or one of its events, is what may be sent with an invoice: each question with its answer.

The codes are those of :mod:`tools.brazil.nfe_checks`, as far as they apply; there is no protocol.

====================  ==================================================  =========  ==============================
code                  question                                            unless so  parameters
====================  ==================================================  =========  ==============================
``ROOT``              the file is the NFS-e, or the registered event      error      kind, root, problem
``STATUS``            the authority made it                               error      status, reason
``KEY``               the key's form and its check digit are right        error      key
``KEY_PARTS``         the key says what the document's fields say         error      key, composed
``EMITTER_KEY``       the key names the emitter                           error      key, emitter
``COMPANY``           the emitter is the company                          error      emitter, company
``RECIPIENT``         the taker of the service is the partner             warning    recipient, partner
``TOTAL``             the total is that of the invoice                    warning    total, amount, field
``ENVIRONMENT``       it is no test                                       warning    environment
``EVENT_TYPE``        the event is a cancellation                         error      type
``EVENT_KEY``         the event belongs to the NFS-e of the invoice       error      key, expected
====================  ==================================================  =========  ==============================
"""

from decimal import Decimal

from . import nfe_checks, nfse
from .checks import WARNING, ask, same, tax_id
from .nfe_checks import ask_environment, ask_recipient, ask_root, in_key

#: Which total was compared: the price, what is left of it after withheld taxes, and both with IBS and CBS on top
PRICE, NET, PRICE_WITH, NET_WITH = "vServ", "vLiq", "vServ + IBS + CBS", "vTotNF"
_TOLERANCE = Decimal("0.005")


def check(found, company_cnpj, partner_tax_id=None, amount=None, key=None):
    """Return the list of :class:`tools.brazil.checks.Check`; arguments as those of :func:`nfe_checks.check`."""
    if found.kind in (nfse.NOT_XML, nfse.OTHER, nfse.DAMAGED) or found.root == "DPS":
        return [ask_root(found, "")]
    if found.event:
        return _check_event(found, company_cnpj, key)
    return _check_nfse(found, company_cnpj, partner_tax_id, amount)


def _check_nfse(found, company, partner, amount):
    emitter = found.emitter.tax_id if found.emitter else ""
    checks = [
        ask_root(found, "NFSe"),
        ask(nfe_checks.STATUS, found.status in nfse.STATUS_AUTHORIZED, status=found.status, reason=""),
        ask(nfe_checks.KEY, nfse.is_key(found.key), key=found.key),
        ask(nfe_checks.KEY_PARTS, _own_parts(found.key) == _own_parts(found.composed),
            key=found.key, composed=found.composed),
        ask(nfe_checks.EMITTER_KEY, same(in_key(emitter), found.key[9:23]), key=found.key, emitter=emitter),
        ask(nfe_checks.COMPANY, same(emitter, tax_id(company)), emitter=emitter, company=tax_id(company)),
    ]
    if partner is not None:
        checks += ask_recipient(found.recipient, tax_id(partner))
    if amount is not None:
        checks.append(_total(found, Decimal(str(amount))))
    return [*checks, ask_environment(found)]


def totals_of(found):
    """Return the totals that an invoice of this service may have: ``{field: amount}``.

    Odoo's invoice has the withheld taxes taken off where they are kept as taxes of it, and not where they are booked
    with the payment. IBS and CBS come on top from 2027 on (schema: vTotNF is vLiq in 2026, vLiq + vCBS + vIBSTot
    afterwards).
    """
    on_top = Decimal(0)
    with_taxes = found.issued and found.issued.year >= nfe_checks.TAXES_ON_TOP and found.taxes
    if with_taxes:
        on_top = found.taxes
    price = found.service - (found.discount or 0) if found.service is not None else None
    amounts = {PRICE_WITH if with_taxes else PRICE: price, NET_WITH if with_taxes else NET: found.net}
    return {field: amount + on_top for field, amount in amounts.items() if amount is not None}


def _total(found, amount):
    totals = totals_of(found)
    fitting = next((field for field, total in totals.items() if abs(total - amount) < _TOLERANCE), None)
    field = fitting or next(iter(totals), None)
    return ask(nfe_checks.TOTAL, fitting is not None, WARNING, total=totals.get(field), amount=amount,
               field=field or PRICE)


def _own_parts(key):
    """Town, kind of number and number of a key: published ones have another environment in it than in ``ambGer``."""
    return key[:7] + key[8:9] + key[23:36]


def _check_event(found, company, key):
    event, own = found.event, tax_id(company)
    named = same(in_key(own), found.key[9:23])
    author = event.type in nfse.OF_AUTHORITY or same(event.author, own)
    checks = [
        ask_root(found, "evento"),
        ask(nfe_checks.KEY, nfse.is_key(found.key), key=found.key),
        ask(nfe_checks.COMPANY, named and author, emitter=event.author, company=own),
        ask_environment(found),
        ask(nfe_checks.EVENT_TYPE, event.type in nfse.CANCELLATIONS, type=event.type),
    ]
    if key is not None:
        checks.append(ask(nfe_checks.EVENT_KEY, same(found.key, key), key=found.key, expected=key))
    return checks
