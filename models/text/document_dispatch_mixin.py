import babel.dates

from odoo import models
from odoo.tools import format_amount, format_date, html2plaintext
from odoo.tools.misc import babel_locale_parse, formatLang, get_lang

#: A first name of fewer letters is any word
LETTERS = 3
#: A whole amount of fewer digits is any number
DIGITS = 4
#: Other ways to write 1250.00, from its form with a comma between thousands
MONEY = (str, lambda text: text.replace(",", ""), lambda text: text.replace(",", "").replace(".", ","),
         lambda text: text.translate({44: 46, 46: 44}), lambda text: text.translate({44: 32, 46: 44}),
         lambda text: text.replace(",", "'"))


class DocumentDispatchMixin(models.AbstractModel):
    """The values of a document that a person may write into the text of its mail.

    Each has a name and its spellings, each of these at the same index for every document of a language; see
    ``tools/text/text_values.py``. The first name that has a spelling gets it.
    """

    _inherit = "document.dispatch.mixin"

    def _dispatch_text_values(self):
        """``{name: spellings}`` of this document, in the language of the context."""
        self.ensure_one()
        name = self._dispatch_name() or ""
        digits = name[len(name.rstrip("0123456789")):]
        amounts = self._dispatch_text_amounts()
        return {
            "number": [name],
            "short_number": [digits if DIGITS <= len(digits) < len(name) else ""],
            **{name: self._dispatch_spell_money(amount) for name, amount in amounts.items()},
            # without currency and cents 480 may be any number: such a text is not kept
            "_whole": [
                str(int(amount)) for amount in amounts.values()
                if amount == int(amount) and len(str(int(amount))) == DIGITS - 1
            ],
        }

    def _dispatch_text_common(self):
        """What may stay in a text although a template printed it: it is nothing of this document's own."""
        self.ensure_one()
        company, user, currency = self.company_id, self.env.user, self._dispatch_currency()
        return [
            *(company.name, user.name, user._dispatch_full_name(), self._dispatch_description()),
            *filter(None, map(str.strip, html2plaintext(user.dispatch_signature).splitlines())),
            *(currency.name, currency.symbol, company.email, company.phone, company.website),
        ]

    def _dispatch_text_people(self, contacts):
        """Names of the customer, and of the one contact who gets it; the customer's where there is no such."""
        partner = self._dispatch_partner()
        customer = partner.name or partner.commercial_partner_id.name or ""
        person = contacts if len(contacts) == 1 and not contacts.is_company else contacts.browse()
        others = contacts - person - partner - partner.commercial_partner_id
        return {
            "customer": [customer],
            "company_name": [partner.commercial_partner_id.name or ""],
            "contact": [person.name or customer],
            "first_name": [self._dispatch_first_name(person) or person.name or customer],
            # of several contacts each may be missing next time: a text that names one is not kept
            "_others": [*(other.name or "" for other in others), *map(self._dispatch_first_name, others)],
        }

    def _dispatch_first_name(self, person):
        words = [word for word in (person.name or "").split() if not word.endswith(".")]
        first = words[0] if words else ""
        return "" if person.is_company or sum(map(str.isalpha, first)) < LETTERS else first

    def _dispatch_spell_money(self, amount):
        """An amount as the language writes it, and as people do."""
        if not amount:
            return [""]
        currency = self._dispatch_currency()
        formatted = format_amount(self.env, amount, currency)
        number = formatLang(self.env, amount, digits=currency.decimal_places)
        exact = f"{amount:,.{currency.decimal_places}f}"
        whole = f"{amount:,.0f}" if amount == int(amount) and len(str(int(amount))) >= DIGITS else ""
        return [formatted, number, *(way(exact) for way in MONEY), *(way(whole) for way in MONEY)]

    def _dispatch_spell_date(self, date):
        """A day as the language writes it, and as people do."""
        if not date:
            return [""]
        lang = get_lang(self.env)
        locale = babel_locale_parse(lang.code)
        day, month = str(date.day), str(date.month)
        month_first = lang.date_format.lower().startswith(("%m", "%-m"))
        first, second = (month, day) if month_first else (day, month)
        return [
            format_date(self.env, date), date.isoformat(),
            *(sign.join((first.zfill(2), second.zfill(2), str(date.year))) for sign in "/.-"),
            *(sign.join((first, second, str(date.year))) for sign in "/.-"),
            *(sign.join((first.zfill(2), second.zfill(2), str(date.year)[2:])) for sign in "/.-"),
            f"{first.zfill(2)}/{second.zfill(2)}", f"{first.zfill(2)}.{second.zfill(2)}.",
            *(babel.dates.format_date(date, style, locale=locale) for style in ("full", "long", "medium")),
            *(babel.dates.format_date(date, style, locale=locale) for style in ("d MMMM y", "MMMM d, y", "d MMMM")),
            *(babel.dates.format_skeleton(style, date, locale=locale) for style in ("yMMMMd", "MMMMd")),
        ]
