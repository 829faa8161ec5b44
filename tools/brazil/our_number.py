"""What a boleto is called in a bank: the bank's name, and its "nosso número" out of the free field of the barcode.

The free field's 25 digits are each bank's own; sources: the banks' manuals of cobrança. What none of these layouts
fits has no number here, rather than a wrong one.
"""

import re

#: Short names of banks, by their number in the clearing system (COMPE, Banco Central's list of participants)
BANKS = {
    "001": "Banco do Brasil", "033": "Santander", "041": "Banrisul", "070": "BRB", "077": "Inter", "085": "Ailos",
    "104": "Caixa", "133": "Cresol", "136": "Unicred", "208": "BTG Pactual", "237": "Bradesco", "336": "C6",
    "341": "Itaú", "389": "Mercantil", "422": "Safra", "655": "Votorantim",
    "707": "Daycoval", "748": "Sicredi", "756": "Sicoob",
}
#: Free fields, first fitting one: the number is what the groups hold, joined by the sign
_LAYOUTS = {
    "001": (("", r"0{6}([0-9]{17})[0-9]{2}"), ("", r"(?!0{6})([0-9]{11})[0-9]{14}")),
    "033": (("", r"9[0-9]{7}([0-9]{13})[0-9]{4}"),),
    "104": (("", r"[0-9]{7}([0-9]{3})([12])([0-9]{3})(4)([0-9]{9})[0-9]"),),
    "237": (("/", r"[0-9]{4}([0-9]{2})([0-9]{11})[0-9]{7}0"),),
    "341": (("/", r"([0-9]{3})([0-9]{8})[0-9]{11}000"),),
    "748": (("", r"[13]1([0-9]{9})[0-9]{14}"),),
    "756": (("", r"[0-9]{14}([0-9]{8})[0-9]{3}"),),
}


def bank(number):
    """The bank's short name, its number where it is another."""
    return BANKS.get(number, number)


def our_number(slip):
    """Return the "nosso número" of a :class:`tools.brazil.boleto.Boleto`, or ""."""
    free = slip.barcode[19:]
    for sign, pattern in _LAYOUTS.get(slip.bank, ()):
        if found := re.fullmatch(pattern, free):
            if slip.bank == "104":
                first, kind, second, origin, rest = found.groups()
                return f"{kind}{origin}{first}{second}{rest}"
            return sign.join(found.groups())
    return ""
