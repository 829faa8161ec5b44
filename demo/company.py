"""Make of the tables in ``data.py`` what stands in a demo company: people, customers, documents, rules.

Nothing is sent, and nothing says so: the company rehearses, its rules are off, and documents wait as they do everywhere
before the addon comes.
"""

import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import file_open

from . import data, fiscal

DAYS_TO_PAY = 30


def attach(move, file):
    """Put an NF-e or a boleto on its invoice, as a person or another program would."""
    nfe = file.kind == data.NFE
    move.env["ir.attachment"].create({
        "name": "nfe.xml" if nfe else "boleto.pdf", "res_model": move._name, "res_id": move.id,
        "raw": fiscal.xml(move, fiscal.STRANGER if file.stranger else fiscal.CNPJ) if nfe else fiscal.boleto_pdf(move),
    })


class DemoCompany:
    """Makes the records of one company, and knows those that others name.

    :param str key: of the table of companies
    """

    def __init__(self, company, key):
        # no defaults of a chart that is being loaded; and nobody needs a mail that they were assigned to a document
        context = {"allowed_company_ids": company.ids, "mail_auto_subscribe_no_notify": True}
        self.env = company.env(context=context)
        self.company, self.key, self.known = company.with_env(self.env), key, data.COMPANIES[key]
        self.users, self.partners, self.products = {}, {}, {}

    def prepare(self):
        """Give a new company an address and a letterhead, as its documents show them."""
        ref, company, known = self.env.ref, self.company, self.known
        # on the partner: Odoo installs the localisation of a company that is itself given a country
        company.partner_id.write({
            **known.partner, **self._speaks(known.lang), "country_id": ref(known.country).id,
            "state_id": known.state and ref(known.state).id,
        })
        with file_open("document_dispatch/demo/logo.png", "rb") as logo:
            company.logo = base64.b64encode(logo.read())
        company.write({
            "primary_color": "#183e68", "external_report_layout_id": ref("web.external_layout_standard").id,
            "paperformat_id": ref("base.paperformat_euro").id, "report_footer": f"{known.name} · {company.email}",
            "dispatch_customer_page": True, "dispatch_mode": "rehearse", "dispatch_rehearsal_email": known.supervisor,
        })

    def fill(self):
        """Make all that a company with a chart of accounts works with, each after what it names."""
        self._open_books()
        self.users = {user.key: self._user(user) for user in data.USERS if user.company == self.key}
        for customer in data.CUSTOMERS:
            if customer.company == self.key:
                self._customer(customer)
        for address in data.BLACKLIST:
            self.env["mail.blacklist"]._add(address)
        self.products = {
            key: self.env["product.product"].create(
                {"name": name, "list_price": price, "type": kind, "company_id": self.company.id})
            for key, (name, price, kind) in data.PRODUCTS.items()
        }
        documents = [document for document in data.DOCUMENTS if document.customer in self.partners]
        records = {document.ref: self._document(document)
                   for document in sorted(documents, key=lambda document: -document.days_ago)}
        for file in data.FILES:
            if file.ref in records:
                attach(records[file.ref], file)
        for rule in data.RULES:
            if rule.company == self.key:
                self._rule(rule)

    def _speaks(self, lang):
        """Return the value for a language that the database has: none is installed for a demo."""
        return {"lang": lang} if lang in dict(self.env["res.lang"].get_installed()) else {}

    def _open_books(self):
        """Put the company's country and currency in place of the chart's, and a tax that reads like home."""
        names = [self.known.currency, *self.known.rates]
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", names)])
        currencies.active = True
        by_name = {currency.name: currency.id for currency in currencies}
        self.company.write({
            "currency_id": by_name[self.known.currency], "account_fiscal_country_id": self.company.country_id.id})
        self.env["res.currency.rate"].create([
            {"currency_id": by_name[name], "company_id": self.company.id, "rate": rate,
             "name": fields.Date.today() - timedelta(days=365)}
            for name, rate in self.known.rates.items()
        ])
        name, percent = self.known.tax
        place = {"company_id": self.company.id, "country_id": self.company.country_id.id}
        group = self.env["account.tax.group"].create({"name": name, **place})
        self.company.account_sale_tax_id = self.env["account.tax"].create({
            "name": f"{percent}%", "amount": percent, "type_tax_use": "sale", "tax_group_id": group.id, **place})

    def _user(self, user):
        return self.env["res.users"].with_context(no_reset_password=True).create({
            "login": user.email, "email": user.email, "password": user.key, "name": user.name, "tz": self.known.tz,
            "function": user.function, **self._speaks(self.known.lang),
            "company_id": self.company.id, "company_ids": [Command.set(self.company.ids)],
            "group_ids": [Command.set(self.env.ref(user.group).ids)],
        })

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def _customer(self, customer):
        """Make a customer with all that stands below."""
        street, code, city = customer.address
        partner = self.env["res.partner"].create({
            "name": customer.name, "is_company": True, **self._speaks(customer.lang), "email": customer.email,
            "street": street, "zip": code, "city": city, "company_id": self.company.id, "vat": customer.vat,
            "country_id": self.env.ref(f"base.{customer.lang[-2:].lower()}").id,
        })
        self.partners[customer.key] = partner
        for contact in customer.contacts:
            self.partners[f"{customer.key}/{contact.name}"] = self._contact(partner, contact)
        if customer.refuses:
            partner.dematerialization_refused = True
        if customer.apart:
            partner.dispatch_readers = "each"
        if customer.collected:
            weekday, reference = customer.collected
            self.env["document.dispatch.preference"].create({
                "partner_id": partner.id, "role_id": self.env.ref("document_dispatch.role_financial").id,
                "receives": False, "collection": "week", "collection_weekday": weekday, "reference": reference,
            })

    def _contact(self, parent, contact):
        address = {name: parent[name] for name in ("street", "zip", "city")} | {"country_id": parent.country_id.id}
        partner = parent.create({
            "name": contact.name, "email": contact.email, "parent_id": parent.id, "type": contact.kind,
            "active": contact.active, "company_id": self.company.id, "lang": parent.lang,
            **self._speaks(contact.lang), **(address if contact.kind != "contact" else {}),
            **{f"dispatch_{flag}": True for flag in contact.flags.split()},
        })
        for person in contact.below:
            self._contact(partner, person)
        return partner

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _document(self, document):
        """Make a document in the state that the table asks for."""
        partner, day = self.partners[document.customer], fields.Date.today() - timedelta(days=document.days_ago)
        record = (self._order if document.kind == data.ORDER else self._invoice)(document, partner, day)
        if document.mark == "excluded":
            record._dispatch_exclude("Agreed on the phone")
        elif document.mark == "to_send":
            record.action_dispatch_mark()
        return record

    def _invoice(self, document, partner, day):
        move = self.env["account.move"].create({
            "move_type": document.kind, "partner_id": partner.id, "ref": document.ref, "invoice_date": day,
            "invoice_user_id": self.users[self.known.salesperson].id, "currency_id": self._currency(partner).id,
            "invoice_date_due": day + timedelta(days=DAYS_TO_PAY if document.kind == data.INVOICE else 0),
            "invoice_line_ids": self._lines(document, partner, "quantity"),
        })
        if document.state == "posted":
            move.action_post()
        return move

    def _order(self, document, partner, day):
        currency, lists = self._currency(partner), self.env["product.pricelist"]
        known = [("currency_id", "=", currency.id), ("company_id", "=", self.company.id)]
        pricelist = lists.search(known, limit=1) or lists.create(
            {"name": currency.name, "currency_id": currency.id, "company_id": self.company.id})
        # not at midnight, which is another day elsewhere
        moment = fields.Datetime.now() - (fields.Date.today() - day)
        order = self.env["sale.order"].create({
            "partner_id": partner.id, "client_order_ref": document.ref, "date_order": moment,
            "user_id": self.users[self.known.salesperson].id, "pricelist_id": pricelist.id,
            "order_line": self._lines(document, partner, "product_uom_qty"),
        })
        if document.state == "sale":
            order.action_confirm()
            order.date_order = moment
        return order

    def _currency(self, partner):
        name = self.known.foreign.get(partner.commercial_partner_id.country_id.code, self.known.currency)
        return self.env["res.currency"].search([("name", "=", name)])

    def _lines(self, document, partner, quantity):
        """Return the lines; a price in another currency is the company's own one, converted."""
        if document.lines == "long":
            numbers = range(1, data.LINES_OF_LONG + 1)
            wanted = [("valve", f"{data.LINE_OF_LONG} {number:03d}", 1 + number % 7) for number in numbers]
        else:
            parts = (part.split() for part in document.lines.split(", "))
            wanted = [(key, self.products[key].name, float(count)) for key, count in parts]
        rate = self.known.rates.get(self._currency(partner).name, 1)
        domestic = partner.commercial_partner_id.country_id == self.company.country_id
        return [
            Command.create({
                "product_id": self.products[key].id, "name": name, quantity: count,
                "price_unit": round(self.products[key].list_price * rate, 2),
                "tax_ids": [Command.set(self.company.account_sale_tax_id.ids if domestic else [])],
            })
            for key, name, count in wanted
        ]

    # ------------------------------------------------------------------
    # What would send them
    # ------------------------------------------------------------------

    def _rule(self, rule):
        """A rule that is off: who switches it on finds what is due."""
        rules = self.env["document.dispatch.rule"]
        types = self.env["document.dispatch.type"].search([("code", "in", rule.codes), ("company_id", "=", False)])
        rules.create({
            "name": rule.name, "company_id": self.company.id, "user_id": self.users[rule.operator].id,
            "type_ids": [Command.set(types.ids)], "tz": self.known.tz, "delivery": rule.delivery, "active": False,
            "date_from": fields.Date.today() - timedelta(days=data.DAYS_OF_RULE),
            **(rules._prepare_reminder_vals() | {"date_from": False} if rule.codes == ("reminder",) else {}),
        })
