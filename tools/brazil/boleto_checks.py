"""Whether a boleto fits the instalments of an invoice.

===================  ===========================================================  =======  ==========================
code                 meaning                                                      result   parameters
===================  ===========================================================  =======  ==========================
:data:`INSTALMENT`   date and amount are those of an instalment                   ok       index
:data:`DUE`          the date is that of no instalment, the amount fits one       warning  index, due, expected
:data:`AMOUNT`       the amount is that of no instalment, the date fits one       warning  index, amount, expected
:data:`UNMATCHED`    no instalment has this date or this amount                   warning  due, amount
:data:`NO_AMOUNT`    the payer is to fill in the amount                           warning
:data:`NO_DUE`       the boleto has no due date (payable when it is shown)        warning
===================  ===========================================================  =======  ==========================

``index`` counts from 0. What the boleto leaves open contradicts no instalment.
"""

from decimal import Decimal

from .boleto import factor_of
from .checks import OK, WARNING, Check

INSTALMENT, DUE, AMOUNT, UNMATCHED = "instalment", "due", "amount", "unmatched"
NO_AMOUNT, NO_DUE = "no_amount", "no_due"
_CENT = Decimal("0.01")


def check(boleto, instalments):
    """Return the list of :class:`tools.brazil.checks.Check` by the table above.

    :param tools.boleto.Boleto boleto: one with right check digits
    :param instalments: pairs of date and amount in reais (``Decimal``, ``int`` or ``float``) of the invoice
    """
    checks = []
    if boleto.amount is None:
        checks.append(Check(NO_AMOUNT, WARNING))
    if not boleto.factor:
        checks.append(Check(NO_DUE, WARNING))
    # one that leaves both open says nothing that could fit or not
    if len(checks) < 2 and instalments:
        checks.append(_match(boleto, [(due, Decimal(str(amount)).quantize(_CENT)) for due, amount in instalments]))
    return checks


def _match(boleto, instalments):
    same_due = [boleto.factor in (0, factor_of(due)) for due, _amount in instalments]
    same_amount = [boleto.amount in (None, amount) for _due, amount in instalments]
    for index, both in enumerate(map(all, zip(same_due, same_amount, strict=True))):
        if both:
            return Check(INSTALMENT, OK, {"index": index})
    if True in same_amount and boleto.factor:
        index = _nearest(boleto, instalments, same_amount)
        expected = instalments[index][0]
        return Check(DUE, WARNING, {"index": index, "due": boleto.due_date(expected), "expected": expected})
    if True in same_due and boleto.factor:
        index = same_due.index(True)
        return Check(AMOUNT, WARNING, {"index": index, "amount": boleto.amount, "expected": instalments[index][1]})
    return Check(UNMATCHED, WARNING, {"due": boleto.due_date(instalments[0][0]), "amount": boleto.amount})


def _nearest(boleto, instalments, candidates):
    """Of instalments with the same amount, that whose date is nearest to the boleto's."""
    def distance(index):
        due = instalments[index][0]
        return abs((boleto.due_date(due) - due).days)

    return min((index for index, fits in enumerate(candidates) if fits), key=distance)
