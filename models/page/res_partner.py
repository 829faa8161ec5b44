import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from .res_partner_ledger import SALES

#: Quotations that are shown at most
MAX_ORDERS = 50


class ResPartner(models.Model):
    """The customer's page: all of his invoices at one company, what is open, quotations."""

    _inherit = "res.partner"

    dispatch_token = fields.Char(
        string="Secret of the customer's link", groups=NO_ACCESS, copy=False,
        help="A new one makes the old links useless. Empty: they were never renewed, the key of the database signs "
        "them.",
    )

    @api.model
    def _get_fields_with_own_default(self):
        return super()._get_fields_with_own_default() | {"dispatch_token"}

    def action_dispatch_open_page(self):
        """Open the page as the customer sees it, by a link made for this: it can be copied and handed to him."""
        self.ensure_one()
        self._dispatch_check_page_access()
        customer, company = self.commercial_partner_id, self.env.company
        if not company.dispatch_customer_page:
            raise AccessError(self.env._("%s has no customer page. Switch it on in the settings.", company.name))
        path = self.env["document.dispatch.page"]._make__(customer, company, self.lang)
        return {"type": "ir.actions.act_url", "url": customer.get_base_url() + path, "target": "new"}

    def _dispatch_check_page_access(self):
        """The page shows everything of a customer: for those who may see all invoices."""
        self.check_access("read")
        if not self.env.user._dispatch_may_open_pages():
            raise AccessError(self.env._("Only who may see all invoices may open the customer's page."))

    # ------------------------------------------------------------------
    # Renewing the link
    # ------------------------------------------------------------------

    def action_dispatch_renew_link(self):
        """Make the customer's old links useless, for instance when one was forwarded."""
        self.check_access("write")
        self._dispatch_renew_token()
        # sudo: the links are the system's; the right to write the customer was checked
        self.env["document.dispatch.page"].sudo().search(
            [("partner_id", "in", self.commercial_partner_id.ids)]).unlink()
        self._dispatch_forget_document_tokens()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("Old links do not open any more.")},
        }

    def _dispatch_renew_token(self):
        for customer in self.commercial_partner_id:
            customer.sudo().dispatch_token = secrets.token_urlsafe(32)  # sudo: the system's, nobody reads it

    def _dispatch_forget_document_tokens(self):
        """Odoo's own links to single documents do not open any more either: the next mail makes new ones."""
        for model in ("account.move", "sale.order"):
            # sudo: whoever may write the customer ends all links to him, of all companies
            documents = self.env[model].sudo().search_fetch([
                ("partner_id", "child_of", self.commercial_partner_id.ids), ("access_token", "!=", False),
            ], ["access_token"])
            documents.flush_recordset(["access_token"])
            # SQL: nothing of the documents themselves changes, and a customer may have thousands
            table = SQL.identifier(documents._table)
            self.env.cr.execute(SQL("UPDATE %s SET access_token = NULL WHERE id = ANY(%s)", table, documents.ids))
            documents.invalidate_recordset(["access_token"])

    # ------------------------------------------------------------------
    # What belongs to the customer
    # ------------------------------------------------------------------

    def _dispatch_page_domain(self, company):
        """Invoices, credit notes and receipts that this customer may see at this company."""
        return Domain([
            ("commercial_partner_id", "=", self.id), ("company_id", "=", company.id), ("state", "=", "posted"),
            ("move_type", "in", SALES),
        ])

    def _dispatch_page_order_domain(self, company):
        """Quotations that were sent and still hold."""
        today = fields.Date.context_today(self)
        return Domain([
            ("partner_id", "in", self._dispatch_family().ids), ("company_id", "=", company.id), ("state", "=", "sent"),
            "|", ("validity_date", "=", False), ("validity_date", ">=", today),
        ])

    def _dispatch_page_records(self, company):
        """What this customer may ask for by its number: ``{word in the address: (model, domain)}``.

        Rooms above add ``file``: documents that are a file, beside their invoices (``_dispatch_page_attachment``).
        """
        invoices = "account.move", self._dispatch_page_domain(company)
        quotations = "sale.order", self._dispatch_page_order_domain(company)
        return {"invoice": invoices, "pay": invoices, "quotation": quotations}

    def _dispatch_page_companies(self):
        """Companies with a customer page at which this customer has invoices."""
        return self._dispatch_invoicing_companies().filtered("dispatch_customer_page")

    def _dispatch_page_shows_all(self):
        """Tell whether all invoices of this customer stand on such pages."""
        companies = self._dispatch_invoicing_companies()
        return bool(companies) and companies == companies.filtered("dispatch_customer_page")

    def _dispatch_invoicing_companies(self):
        # sudo: the customer's own, whoever of his people asks
        groups = self.env["account.move"].sudo()._read_group([
            ("commercial_partner_id", "=", self.id), ("state", "=", "posted"), ("move_type", "in", SALES),
        ], ["company_id"])
        # sudo: as above
        return self.env["res.company"].sudo().union(*(company for [company] in groups))

    def _dispatch_page_find(self, what, res_id):
        """One of the customer's records at this company, or nothing: whatever stood in the address.

        :param str what: a key of :meth:`_dispatch_page_records`
        :param int res_id: as in the address
        """
        records = self._dispatch_page_records(self.env.company)
        if what not in records:
            return None
        model, domain = records[what]
        return self.env[model].search(domain & Domain("id", "=", res_id if res_id < 2 ** 31 else 0))

    # ------------------------------------------------------------------
    # What the page says
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_page_size(self):
        """How many invoices stand on one page."""
        return 50

    def _dispatch_page_values(self, company, page=1, year=None, only_open=False):
        """Values of the page; the number of SQL statements does not depend on the number of invoices.

        :param company: at which the customer looks
        :param int page: which page of the invoices, from 1
        :param int year: only invoices of this year; ``None``: of all
        :param bool only_open: only invoices that are not paid in full
        """
        domain = self._dispatch_page_domain(company)
        years = self._dispatch_page_years(domain)
        if year in years:
            domain &= Domain("invoice_date", ">=", f"{year}-01-01") & Domain("invoice_date", "<=", f"{year}-12-31")
        if only_open:
            domain &= Domain("payment_state", "in", ("not_paid", "partial")) & Domain("amount_residual", "!=", 0)
        Move = self.env["account.move"]
        count, size = Move.search_count(domain), self._dispatch_page_size()
        pages = max(-(-count // size), 1)
        page = min(max(page, 1), pages)
        moves = Move.search(
            domain, order="invoice_date desc, id desc", limit=size, offset=(page - 1) * size)
        orders = self.env["sale.order"].search(
            self._dispatch_page_order_domain(company), order="date_order desc, id desc", limit=MAX_ORDERS)
        return {
            "partner": self, "company": company, "res_company": company, "years": years,
            "year": year if year in years else None, "only_open": only_open, "count": count, "page": page,
            "pages": pages, "page_size": size, "orders": orders,
            "lines": self._dispatch_page_lines(moves, company),
            "totals": self._dispatch_open_totals(company), "today": fields.Date.context_today(self),
        }

    @api.model
    def _dispatch_page_years(self, domain):
        groups = self.env["account.move"]._read_group(domain, ["invoice_date:year"], order="invoice_date:year DESC")
        return [day.year for [day] in groups if day]

    def _dispatch_page_lines(self, moves, company):
        """One dictionary for each invoice."""
        files = self._dispatch_page_files(moves)
        overdue, payable = self._dispatch_page_overdue(moves, company), moves._dispatch_filter_payable()
        return [
            {
                "move": move, "files": files.get(move, ()), "payable": move in payable,
                "total": -move.amount_total if move.move_type == "out_refund" else move.amount_total,
                "open": -move.amount_residual if move.move_type == "out_refund" else move.amount_residual,
                "state": self._dispatch_page_state(move, overdue), "kind": move._dispatch_description(),
                "blocking_reason": move._dispatch_page_blocking_reason(),
            }
            for move in moves
        ]

    @api.model
    def _dispatch_page_files(self, moves):
        """What the customer finds beside each of these invoices: ``{invoice: files}``."""
        return {}

    def _dispatch_page_overdue(self, moves, company):
        """Ids of invoices of which something, an instalment at least, is overdue."""
        groups = self.env["account.move.line"]._read_group(
            self._dispatch_ledger_domain(company) & Domain([
                ("move_id", "in", moves.ids), ("reconciled", "=", False), ("balance", ">", 0),
                ("date_maturity", "<", fields.Date.context_today(self)),
            ]), ["move_id"])
        return {move.id for [move] in groups}

    @api.model
    def _dispatch_page_state(self, move, overdue):
        """How an invoice stands: ``(word for programs, words for the customer)``."""
        if move.currency_id.is_zero(move.amount_residual):
            if move.payment_state == "reversed":
                return "done", self.env._("Cancelled by a credit note")
            return "done", self.env._("Settled") if move.move_type == "out_refund" else self.env._("Paid")
        if move.move_type == "out_refund":
            return "credit", self.env._("Credit")
        if move.payment_state == "in_payment":
            return "open", self.env._("Payment under way")
        if move.id in overdue:
            return "overdue", self.env._("Overdue")
        if move.payment_state == "partial":
            return "open", self.env._("Partly paid")
        return "open", self.env._("Open")
