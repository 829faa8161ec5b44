"""Whether the Pix code of a boleto says what the boleto says.

===================  ===========================================================  =======  ==========================
code                 meaning                                                      result   parameters
===================  ===========================================================  =======  ==========================
:data:`AMOUNT`       the amount of the code is another than the boleto's          warning  amount, expected
:data:`EXPIRED`      the code is worth nothing before the boleto is due           warning  expires, due
:data:`BROKEN`       a code is there, and its checksum or its form is wrong       warning
:data:`SEVERAL`      several codes on a page, and none tells which boleto's       warning
===================  ===========================================================  =======  ==========================

What the code leaves open (an amount or a day that the bank keeps) contradicts nothing.
"""

from decimal import Decimal

from . import pix as reader
from .checks import OK, WARNING, Check

AMOUNT, EXPIRED, BROKEN, SEVERAL = "pix_amount", "pix_expired", "pix_broken", "pix_several"
PIX = "pix"


def check(code, amount, due):
    """Return the list of checks of a code beside a boleto.

    :param str code: the text of the code as it was found; empty where there is none
    :param amount: the boleto's, in reais; ``None`` where the payer is to fill it in
    :param due: the boleto's date, or ``None``
    """
    if not code:
        return []
    found = reader.parse(code).pix
    if not found:
        return [Check(BROKEN, WARNING)]
    checks = [Check(PIX, OK)]
    if found.amount is not None and amount is not None and found.amount != Decimal(str(amount)).quantize(
            Decimal("0.01")):
        checks.append(Check(AMOUNT, WARNING, {"amount": found.amount, "expected": amount}))
    if found.expires and due and found.expires < due:
        checks.append(Check(EXPIRED, WARNING, {"expires": found.expires, "due": due}))
    return checks
