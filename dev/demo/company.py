"""Build the demo company in an empty database, run it as the scheduler does, report what became of it."""

import base64
import io
from datetime import timedelta

from PIL import Image, ImageDraw

from odoo import fields
from odoo.fields import Command

from dev.demo.data import (
    AURORA,
    BLACKLIST,
    CNPJS,
    CURRENCIES,
    CUSTOMERS,
    DAYS_OF_RULE,
    DOCUMENTS,
    FILES,
    INVOICE,
    LINE_OF_LONG,
    LOGINS,
    NFE,
    ORDER,
    PRODUCTS,
    USERS,
    VISTULA,
)
from dev.demo.report import report

__all__ = ["LOGINS", "build", "report", "run_once"]

LANGUAGES = ["pt_BR", "pl_PL", "cs_CZ", "es_AR", "fr_FR"]
LINES_OF_LONG = 75
# More runs than a job of the scheduler needs for the demo.
MOST_RUNS = 20
DAYS_TO_PAY = 30
BLUE, ORANGE, WHITE = (24, 62, 104), (240, 138, 36), (255, 255, 255)
# What one unit of a company's currency costs in another one.
RATES = {AURORA: {"EUR": 0.16}, VISTULA: {"EUR": 0.23}}
ZONES = {AURORA: "America/Sao_Paulo", VISTULA: "Europe/Warsaw"}


def build(env, smtp_port):
    """Fill an empty database: companies, people, customers, documents and the rules that send them."""
    # Nobody needs a mail that they were assigned to a document of the demo.
    env = env(context={**env.context, "mail_auto_subscribe_no_notify": True})
    _install_languages(env)
    _send_mails_to(env, smtp_port)
    companies = _companies(env)
    users = {login: _user(env, companies, login, name, company, lang, groups)
             for login, name, company, lang, groups in USERS}
    partners = {}
    for customer in CUSTOMERS:
        partners.update(_customer(env, companies[customer.company], customer))
    # what is due to this one is gathered: payment documents once a week, with the number that the customer asks for
    env["document.dispatch.preference"].create({
        "partner_id": partners["apteka"].id, "role_id": env.ref("document_dispatch.role_financial").id,
        "receives": False, "collection": "week", "collection_weekday": "4", "reference": "Dostawca 4711",
    })
    for address in BLACKLIST:
        env["mail.blacklist"]._add(address)
    products = {key: env["product.product"].create({"name": name, "list_price": price, "type": kind})
                for key, name, price, kind in PRODUCTS}
    salespeople = {companies[AURORA]: users["rafael"], companies[VISTULA]: users["zofia"]}
    for document in sorted(DOCUMENTS, key=lambda document: -document.days_ago):
        partner = partners[document.customer]
        _document(env, document, partner, products, salespeople[partner.company_id])
    for file in FILES:
        _file(env, file)
    _rules(env, companies, users)


def run_once(env):
    """Plan and deliver as the scheduler does at night: each job again, as long as it asks for it at once."""
    for name in ("ir_cron_dispatch_read", "ir_cron_dispatch_plan", "ir_cron_dispatch_deliver"):
        cron = env.ref(f"document_dispatch.{name}")
        for _time in range(MOST_RUNS):
            cron.method_direct_trigger()
            # The job works in transactions of its own; this one would not see what it left.
            env.cr.commit()
            env.invalidate_all()
            if not _is_due(cron):
                break


def _is_due(cron):
    now = fields.Datetime.now()
    return cron.nextcall <= now or cron.env["ir.cron.trigger"].search_count(
        [("cron_id", "=", cron.id), ("call_at", "<=", now)]
    )


# The house


def _install_languages(env):
    languages = env["res.lang"].with_context(active_test=False).search([("code", "in", LANGUAGES)])
    env["base.language.install"].create({"lang_ids": [Command.set(languages.ids)]}).lang_install()


def _send_mails_to(env, smtp_port):
    env["ir.mail_server"].create({
        "name": "Demo mail server", "smtp_host": "127.0.0.1", "smtp_port": smtp_port,
        "smtp_encryption": "none", "smtp_authentication": "login",
        # It may send for both companies, so that everybody writes from their own address.
        "from_filter": "aurora.example.com,vistula.example",
    })


def _companies(env):
    """Return both companies by name, with their books open and their letterheads chosen."""
    aurora = env.ref("base.main_company")
    aurora.write({"logo": logo(), "primary_color": "#183e68"})
    vistula = env["res.company"].create({"name": VISTULA})
    # The addresses are the partners': a company that is given a country has its localisation installed.
    aurora.partner_id.write({
        "name": AURORA, "street": "Av. Paulista 1578", "zip": "01310-200", "city": "São Paulo",
        "state_id": env.ref("base.state_br_sp").id, "country_id": env.ref("base.br").id,
        "vat": "11.222.333/0001-81", "phone": "+55 11 5555-0123", "website": "https://aurora.example.com",
        "email": "invoices@aurora.example.com",
    })
    vistula.partner_id.write({
        "street": "ul. Floriańska 15", "zip": "31-019", "city": "Kraków", "country_id": env.ref("base.pl").id,
        "vat": "PL0000000000", "email": "faktury@vistula.example",
    })
    for company, currency, lang in ((aurora, "BRL", "pt_BR"), (vistula, "PLN", "pl_PL")):
        _open_books(env, company, currency)
        company.partner_id.lang = lang
        domain = env["mail.alias.domain"].create({"name": company.email.split("@")[1], "default_from": "notifications"})
        company.write({
            "dispatch_customer_page": True,
            "alias_domain_id": domain.id,
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
            "paperformat_id": env.ref("base.paperformat_euro").id,
            "report_footer": f"{company.name} · {company.email}",
        })
    env.ref("base.user_admin").write({"company_ids": [Command.set([aurora.id, vistula.id])]})
    env.ref("base.user_admin").write({"email": "admin@aurora.example.com", "tz": ZONES[AURORA]})
    return {AURORA: aurora, VISTULA: vistula}


def _open_books(env, company, currency):
    """Load a chart of accounts, then put the company's country and currency in place of the chart's."""
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    names = [currency, *RATES[company.name]]
    currencies = env["res.currency"].with_context(active_test=False).search([("name", "in", names)])
    currencies.active = True
    by_name = {record.name: record for record in currencies}
    company.write({"currency_id": by_name[currency].id, "account_fiscal_country_id": company.country_id.id})
    env["res.currency.rate"].create([
        {"currency_id": by_name[name].id, "company_id": company.id, "rate": rate,
         "name": fields.Date.today() - timedelta(days=365)}
        for name, rate in RATES[company.name].items()
    ])
    books = env["account.tax"].with_company(company)
    group = books.env["account.tax.group"].create({
        "name": "ICMS" if company.name == AURORA else "VAT", "country_id": company.country_id.id,
        "company_id": company.id,
    })
    company.account_sale_tax_id = books.create({
        "name": "18%" if company.name == AURORA else "23%", "amount": 18 if company.name == AURORA else 23,
        "type_tax_use": "sale", "tax_group_id": group.id, "country_id": company.country_id.id,
    })


def logo():
    """Draw the company's logo: a sun that rises behind three hills."""
    image = Image.new("RGB", (480, 240), WHITE)
    draw = ImageDraw.Draw(image)
    draw.pieslice((150, 50, 330, 230), 180, 360, fill=ORANGE)
    for left, top in ((40, 120), (170, 150), (290, 105)):
        draw.polygon([(left, 220), (left + 90, top), (left + 180, 220)], fill=BLUE)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue())


def _user(env, companies, login, name, company, lang, groups):
    domain = companies[company].email.split("@")[1]
    return env["res.users"].with_context(no_reset_password=True).create({
        "login": login, "password": login, "name": name, "lang": lang, "email": f"{login}@{domain}",
        "tz": ZONES[company],
        "company_id": companies[company].id, "company_ids": [Command.set(companies[company].ids)],
        "group_ids": [Command.set([env.ref(group).id for group in groups])],
    })


# The customers


def _customer(env, company, customer):
    """Create a customer with all that stands below them; return those who get documents, by key."""
    street, code, city = customer.address
    partner = env["res.partner"].create({
        "name": customer.name, "is_company": True, "lang": customer.lang, "email": customer.email,
        "street": street, "zip": code, "city": city, "company_id": company.id,
        "country_id": env.ref(f"base.{customer.lang[-2:].lower()}").id, "vat": CNPJS.get(customer.key),
    })
    found = {customer.key: partner}
    for contact in customer.contacts:
        found[f"{customer.key}/{contact.name}"] = _contact(partner, contact)
    if customer.refuses:
        partner.dematerialization_refused = True
    if customer.apart:
        partner.dispatch_readers = "each"
    return found


def _contact(parent, contact):
    address = {"street": parent.street, "zip": parent.zip, "city": parent.city, "country_id": parent.country_id.id}
    partner = parent.create({
        "name": contact.name, "email": contact.email, "parent_id": parent.id, "type": contact.kind,
        "lang": contact.lang or parent.lang, "active": contact.active, "company_id": parent.company_id.id,
        **(address if contact.kind != "contact" else {}),
        **{f"dispatch_{flag}": True for flag in contact.flags.split()},
    })
    for person in contact.below:
        _contact(partner, person)
    return partner


# The documents


def _document(env, document, partner, products, salesperson):
    """Create a document in the state that the table asks for."""
    day = fields.Date.today() - timedelta(days=document.days_ago)
    make = _order if document.kind == ORDER else _invoice
    record = make(env(context={**env.context, "allowed_company_ids": partner.company_id.ids}),
                  document, partner, products, salesperson, day)
    if document.mark == "excluded":
        record._dispatch_exclude("Agreed on the phone")
    elif document.mark == "to_send":
        record.action_dispatch_mark()


def _invoice(env, document, partner, products, salesperson, day):
    move = env["account.move"].create({
        "move_type": document.kind, "partner_id": partner.id, "ref": document.ref, "invoice_date": day,
        "invoice_user_id": salesperson.id, "currency_id": _currency(env, partner).id,
        "invoice_date_due": day + timedelta(days=DAYS_TO_PAY if document.kind == INVOICE else 0),
        "invoice_line_ids": _lines(env, document, partner, products, "quantity"),
    })
    if document.state == "posted":
        move.action_post()
    return move


def _file(env, file):
    """Put an NF-e or a boleto on its invoice, as a person or another program would."""
    # now that Odoo knows where its addons lie
    from dev.demo.fiscal import CNPJ, STRANGER, boleto_pdf, xml
    move = env["account.move"].search([("ref", "=", file.ref)])
    content = xml(move, STRANGER if file.stranger else CNPJ) if file.kind == NFE else boleto_pdf(move)
    env["ir.attachment"].create({
        "name": "nfe.xml" if file.kind == NFE else "boleto.pdf", "raw": content, "res_model": move._name,
        "res_id": move.id,
    })


def _order(env, document, partner, products, salesperson, day):
    currency = _currency(env, partner)
    # not at midnight, which is another day elsewhere
    moment = fields.Datetime.now() - (fields.Date.today() - day)
    order = env["sale.order"].create({
        "partner_id": partner.id, "client_order_ref": document.ref, "user_id": salesperson.id,
        "pricelist_id": _pricelist(env, currency).id, "date_order": moment,
        "order_line": _lines(env, document, partner, products, "product_uom_qty"),
    })
    if document.state == "sale":
        order.action_confirm()
        order.date_order = moment
    return order


def _currency(env, partner):
    if partner.company_id.name == VISTULA:
        return partner.company_id.currency_id
    name = CURRENCIES[partner.commercial_partner_id.country_id.code]
    return env["res.currency"].search([("name", "=", name)])


def _pricelist(env, currency):
    lists = env["product.pricelist"]
    return lists.search([("currency_id", "=", currency.id), ("company_id", "=", env.company.id)]) or lists.create(
        {"name": currency.name, "currency_id": currency.id, "company_id": env.company.id}
    )


def _lines(env, document, partner, products, quantity):
    """Return the lines; a price in euros is the company's own one, converted."""
    if document.lines == "long":
        wanted = [("valve", f"{LINE_OF_LONG} {number:03d}", 1 + number % 7) for number in range(1, LINES_OF_LONG + 1)]
    else:
        parts = (part.split() for part in document.lines.split(", "))
        wanted = [(key, products[key].name, float(count)) for key, count in parts]
    rate = RATES[env.company.name].get(_currency(env, partner).name, 1)
    domestic = partner.commercial_partner_id.country_id == env.company.country_id
    return [
        Command.create({
            "product_id": products[key].id, "name": name, quantity: count,
            "price_unit": round(products[key].list_price * rate, 2),
            "tax_ids": [Command.set(env.company.account_sale_tax_id.ids if domestic else [])],
        })
        for key, name, count in wanted
    ]


# What sends them


def _rules(env, companies, users):
    """Invoices go by themselves, quotations and orders wait for a look first."""
    date_from = fields.Date.today() - timedelta(days=DAYS_OF_RULE)
    for name, company, operator, delivery, codes in (
        ("Invoices of the day", AURORA, "beatriz", "now", ("invoice", "credit_note", "receipt")),
        ("NF-e and boletos", AURORA, "beatriz", "now", ("nfe", "nfe_event", "boleto")),
        ("Quotations and orders, after a look", AURORA, "rafael", "review", ("quotation", "order")),
        ("Faktury dnia", VISTULA, "zofia", "now", ("invoice", "credit_note", "receipt")),
    ):
        types = env["document.dispatch.type"].search([("code", "in", codes), ("company_id", "=", False)])
        env["document.dispatch.rule"].create({
            "name": name, "company_id": companies[company].id, "user_id": users[operator].id, "delivery": delivery,
            "type_ids": [Command.set(types.ids)], "date_from": date_from, "active": True, "tz": ZONES[company],
        }).next_run = fields.Datetime.now()  # the first slot is now
    # off, as the company's menu makes it: who switches it on finds what is due, and what never arrived
    rules = env["document.dispatch.rule"]
    types = env["document.dispatch.type"].search([("code", "=", "reminder"), ("company_id", "=", False)])
    rules.create({
        "name": "Payment reminders", "company_id": companies[AURORA].id, "user_id": users["beatriz"].id,
        "active": False, "type_ids": [Command.set(types.ids)], "tz": ZONES[AURORA], "hour_from": 9.0,
        **rules._prepare_reminder_vals(),
    })
