"""The company, customers and invoices that ``bin/bench`` measures with: the same with and without the addon."""

import base64
import re
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from dev.toolchain import ROOT

OPERATOR = "clerk"
#: Who opens the outbox of a house of years, and what they see: their own invoices, invoices, everything
READERS = {
    "salesperson": "sales_team.group_sale_salesman", OPERATOR: None, "accountant": "account.group_account_user",
}
#: Of so many invoices one is the salesperson's; so many of a house's dispatches stand on one invoice
ONE_OF, OF_ONE = 50, 3
CUSTOMERS = 50
MADE_AT_ONCE = 50
LINES = 4
# Invoices wait with this age until their lot is due; those of the archive are older than that.
DAYS_WAITING = 30
DAYS_OF_ARCHIVE = 1000
ARCHIVED, NEW = "ARCH", "NEW"
HISTORY, VISITOR = "HIST", "visitor"
NUMBER = re.compile(r"\bINV[/_](\d+)[/_](\d+)")


def build(env, lots):
    """Fill an empty database; ``lots`` says how many invoices each measure takes."""
    env = env(context={**env.context, "mail_auto_subscribe_no_notify": True, "tracking_disable": True})
    company = _company(env)
    # The scheduler has nothing else to do than what is measured.
    env["ir.cron"].search([]).active = False
    for job in ("account.ir_cron_account_move_send", "mail.ir_cron_mail_scheduler_action"):
        env.ref(job).active = True
    env["ir.mail_server"].create({
        "name": "Bench", "smtp_host": "127.0.0.1", "smtp_encryption": "none", "smtp_authentication": "login",
    })
    env["res.users"].with_context(no_reset_password=True).create({
        "login": OPERATOR, "name": "Clara Clerk", "email": "clara@aurora.example.com", "company_id": company.id,
        "company_ids": [Command.set(company.ids)],
        "group_ids": [Command.link(env.ref("account.group_account_invoice").id)],
    })
    customers = env["res.partner"].create([
        {"name": f"Customer {number}", "is_company": True, "email": f"invoices@customer{number}.example.com",
         "street": f"High Street {number}", "zip": f"{10000 + number}", "city": "Springfield",
         "country_id": env.ref("base.us").id}
        for number in range(1, CUSTOMERS + 1)
    ])
    products = env["product.product"].create([
        {"name": name, "list_price": price}
        for name, price in (("Centrifugal pump 2 HP", 1250), ("Valve", 89.9), ("Seal kit", 32.5), ("Mounting", 180))
    ])
    for lot, count in lots.items():
        for first in range(0, count, MADE_AT_ONCE):
            _invoices(env, lot, min(MADE_AT_ONCE, count - first), customers, products)
            env.cr.commit()


def _company(env):
    """Give the company a letterhead, so that its PDFs are like those of real life."""
    company = env.ref("base.main_company")
    company.partner_id.write({
        "name": "Aurora Pumps", "street": "Harbour Road 12", "zip": "94107", "city": "San Francisco",
        "country_id": env.ref("base.us").id, "vat": "11.222.333/0001-81", "phone": "+1 555 0123",
        "website": "https://aurora.example.com", "email": "invoices@aurora.example.com",
    })
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    domain = env["mail.alias.domain"].create({"name": "aurora.example.com", "default_from": "notifications"})
    company.write({
        "logo": base64.b64encode((ROOT / "demo/logo.png").read_bytes()), "primary_color": "#183e68",
        "alias_domain_id": domain.id,
        "external_report_layout_id": env.ref("web.external_layout_standard").id,
        "paperformat_id": env.ref("base.paperformat_euro").id,
        "report_footer": "Aurora Pumps · invoices@aurora.example.com",
    })
    return company


def _invoices(env, lot, count, customers, products):
    """Create and post invoices of a lot; their customers take turns."""
    day = fields.Date.today() - timedelta(days=DAYS_WAITING)
    done = env["account.move"].search_count([("move_type", "=", "out_invoice")])
    env["account.move"].create([
        {
            "move_type": "out_invoice", "partner_id": customers[(done + number) % len(customers)].id, "ref": lot,
            "invoice_date": day, "invoice_date_due": day + timedelta(days=60),
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": 1 + number % 7})
                for product in products[:LINES]
            ],
        }
        for number in range(count)
    ]).action_post()


def lot(env, name):
    """Return the invoices of a lot."""
    return env["account.move"].search([("ref", "=", name), ("move_type", "=", "out_invoice")], order="id")


def add_readers(env, customers, count):
    """Give each customer so many contacts who get invoices instead of the general address: To, Cc, Bcc; return them."""
    return env["res.partner"].create([
        {"name": f"Reader {name}", "parent_id": customer.id, "email": f"{name}.{customer.email}",
         "dispatch_invoice": True, **(
             {f"dispatch_{name}_role_ids": [Command.set(env.ref("document_dispatch.role_invoice").ids)]}
             if name != "to" else {})}
        for customer in customers for name in ("to", "cc", "bcc")[:count]
    ])


def addresses_of(invoices):
    """Return number and address of each mail that the mail server must take, once."""
    return [
        f"{'/'.join(NUMBER.search(invoice.name).groups())} {reader.email}"
        for invoice in invoices for reader in invoice.partner_id.child_ids or invoice.partner_id
    ]


def key_of(message):
    """Return number and address of a message for each of its addresses: the number stands in the PDF's name."""
    names = [part.get_filename() for part in message.parts if part.get_content_type() == "application/pdf"]
    numbers = {"/".join(NUMBER.search(name).groups()) for name in names}
    return [f"{number} {address}" for number in numbers for address in message.recipients]


def make_due(env, invoices):
    """Let invoices be of today, so that a rule that begins today takes them and no others."""
    env.cr.execute("UPDATE account_move SET invoice_date = %s WHERE id IN %s", [fields.Date.today(), invoices._ids])
    invoices.invalidate_recordset()


def rule(env):
    """Return the rule that sends what is of today, in the name of the operator."""
    rules = env["document.dispatch.rule"]
    types = env["document.dispatch.type"].search([("code", "=", "invoice"), ("company_id", "=", False)])
    return rules.search([], limit=1) or rules.create({
        "name": "Bench", "active": True, "delivery": "now", "trigger": "post", "date_from": fields.Date.today(),
        "company_id": env.ref("base.main_company").id, "type_ids": [Command.set(types.ids)],
        "user_id": env["res.users"].search([("login", "=", OPERATOR)]).id,
    })


def add_customers(env, count):
    """Make customers with a code and a postal address; return them in the order of their codes."""
    return env["res.partner"].create([{
        "name": f"Oficina Mecânica {number} Ltda", "ref": f"L-{number:05}", "is_company": True, "customer_rank": 1,
        "street": f"Rua das Palmeiras {number}", "zip": f"{number:05}-000", "city": "São Paulo",
        "email": f"oficina{number}@oficinas.example.com",
    } for number in range(count)])


def add_archive(env, old, new, name=NEW):
    """Copy one posted invoice: ``old`` times into the past, ``new`` times to today, under this name."""
    source = env["account.move"].search([("move_type", "=", "out_invoice"), ("state", "=", "posted")], limit=1)
    today = SQL("CURRENT_DATE")
    past = SQL("CURRENT_DATE - %s - n %% %s", DAYS_WAITING + 1, DAYS_OF_ARCHIVE)
    for prefix, count, day in ((ARCHIVED, old, past), (name, new, today)):
        _copy(env, source, prefix, count, day)
    env.cr.commit()
    env.cr.execute("ANALYZE account_move")


def add_dispatches(env, count):
    """Make a house of years: ``count`` dispatches with a recipient each, of a third as many invoices; and its readers.

    Nearly all of them were sent, over four years; each thousandth failed, or waits for somebody to look.
    """
    for login, group in READERS.items():
        if group:
            env["res.users"].with_context(no_reset_password=True).create({
                "login": login, "name": login, "email": f"{login}@aurora.example.com",
                "group_ids": [Command.link(env.ref(group).id)],
            })
    add_archive(env, count // OF_ONE, 1)
    rule(env)._plan()
    source = env["document.dispatch"].search([], limit=1)
    salesperson = env["res.users"].search([("login", "=", "salesperson")])
    env.flush_all()
    env.cr.execute(SQL("UPDATE account_move SET invoice_user_id = %s WHERE ref = %s AND sequence_number %% %s = 0",
                       salesperson.id, ARCHIVED, ONE_OF))
    other = {
        "res_id": SQL("m.id"), "move_id": SQL("m.id"), "document_name": SQL("m.name"), "revision": SQL("n"),
        "partner_id": SQL("m.partner_id"), "batch_id": SQL("NULL"),
        "create_date": SQL("now() AT TIME ZONE 'UTC' - (m.id %% 1460) * interval '1 day'"),
        "state": SQL("CASE WHEN m.id %% 1000 = 0 THEN 'failed' WHEN m.id %% 1000 = 1 THEN 'review' ELSE 'sent' END"),
    }
    _insert(env, "document_dispatch", other, SQL(
        "document_dispatch, account_move m, generate_series(1, %s) n WHERE document_dispatch.id = %s AND m.ref = %s",
        OF_ONE, source.id, ARCHIVED))
    other = {"dispatch_id": SQL("d.id"), "state": SQL("CASE d.state WHEN 'review' THEN 'queued' ELSE d.state END")}
    _insert(env, "document_dispatch_recipient", other, SQL(
        "document_dispatch_recipient, document_dispatch d "
        "WHERE document_dispatch_recipient.dispatch_id = %s AND d.id != %s", source.id, source.id))
    env.cr.commit()
    _vacuum(env, "account_move", "document_dispatch", "document_dispatch_recipient")


def _vacuum(env, *tables):
    """Do what PostgreSQL does by itself, a minute after so many rows were written."""
    env.cr._cnx.autocommit = True  # VACUUM is no part of a transaction
    for table in tables:
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    env.cr._cnx.autocommit = False


def add_contacts(env, count):
    """Copy one contact ``count`` times."""
    source = env["res.partner"].search([("email", "like", "invoices@customer")], limit=1)
    other = {"name": SQL("'Contact ' || n"), "complete_name": SQL("'Contact ' || n")}
    other["commercial_partner_id"] = SQL("%s", source.id)
    _insert(env, "res_partner", other, SQL("res_partner, generate_series(1, %s) n WHERE id = %s", count, source.id))
    env.cr.commit()


def add_history(env, count):
    """Make a customer with a login and ``count`` open invoices with their lines, some of them overdue."""
    user = env["res.users"].with_context(no_reset_password=True).create({
        "login": f"{VISITOR}{count}", "password": VISITOR, "name": f"Customer with {count}",
        "group_ids": [Command.set(env.ref("base.group_portal").ids)],
    })
    source = lot(env, "batch")[0]
    prefix = f"{HISTORY}{count}"
    _copy(env, source, prefix, count, SQL("CURRENT_DATE - n %% %s", DAYS_OF_ARCHIVE), user.partner_id.ids)
    other = {
        "move_id": SQL("m.id"), "move_name": SQL("m.name"), "partner_id": SQL("%s", user.partner_id.id),
        "date": SQL("m.date"), "invoice_date": SQL("m.date"),
        "date_maturity": SQL("CASE WHEN account_move_line.date_maturity IS NOT NULL THEN m.date + 30 END"),
    }
    _insert(env, "account_move_line", other, SQL(
        "account_move_line, account_move m WHERE account_move_line.move_id = %s AND m.ref = %s", source.id, prefix))
    env.cr.commit()
    for table in ("account_move", "account_move_line"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    return user


def open_page(env, partner):
    """Give the customer of this company a page; return its path."""
    env.company.dispatch_customer_page = True
    return env["document.dispatch.page"]._make__(partner, env.company, False)


def _columns(env, table):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id'", [table]
    )
    return [name for (name,) in env.cr.fetchall()]


def _copy(env, source, prefix, count, day, customers=None):
    """Copy an invoice's row, without its lines: planning does not look at them."""
    customers = customers or env["res.partner"].search([("email", "like", "invoices@customer")]).ids
    customer = SQL("(%s)[1 + n %% %s]", customers, len(customers))
    other = {
        "name": SQL("%s || n", f"{prefix}/"), "sequence_prefix": SQL("%s", f"{prefix}/"), "sequence_number": SQL("n"),
        "invoice_date": day, "date": day, "access_token": SQL("NULL"), "ref": SQL("%s", prefix),
        "partner_id": customer, "commercial_partner_id": customer,
    }
    _insert(env, "account_move", other, SQL("account_move, generate_series(1, %s) n WHERE id = %s", count, source.id))


def _insert(env, table, other, rows):
    """Copy rows of a table within it.

    :param other: the columns that get another value
    :param rows: the query's part after FROM; the table goes there by its own name
    """
    columns = _columns(env, table)
    env.cr.execute(SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s", SQL.identifier(table), SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(other.get(name) or SQL.identifier(table, name) for name in columns), rows))
