from odoo import fields, http
from odoo.addons.portal.controllers.portal import pager
from odoo.http import content_disposition, request

from .private import Guard, not_yet, nothing_there, secret_route, visitor

PAGE = "/dispatch/page/<dispatch_id:link_id>/<string:token>"
MINE = "/my/documents/<dispatch_id:company_id>"
WHAT = "<any(invoice,quotation,file,pay):what>/<dispatch_id:res_id>"
NUMBER = "page/<dispatch_id:page>"
#: What is left of a link that a mail program broke, or somebody copied in part; all others are longer
BROKEN = ["/dispatch/<string:one>", "/dispatch/<string:one>/<string:two>",
          "/dispatch/<string:one>/<string:two>/<string:three>"]


class DocumentDispatchPage(Guard, http.Controller):
    """The customer's page: by the link of a mail, and for those who log in. Nothing changes here."""

    @secret_route([PAGE, f"{PAGE}/{NUMBER}"])
    def page(self, link_id, token, page=1, **filters):
        """All invoices of the customer, what is open, and quotations."""
        link, customer = self._find(link_id, token)
        if seen := visitor():
            link._note_opened(**seen)
        # sudo: the link is the customer's own
        consent = customer.sudo()._dispatch_consent_url__(customer.env.company) if link._is_customers_own() else ""
        return self._render(customer, self._path(link_id, token), page, filters, consent_url=consent)

    @secret_route(f"{PAGE}/{WHAT}")
    def document(self, link_id, token, what, res_id, **_others):
        """One of his files, or the way to pay."""
        _link, customer = self._find(link_id, token)
        return self._serve(customer, what, res_id, link_id)

    @secret_route(f"{PAGE}/statement")
    def statement(self, link_id, token, **period):
        """The statement of account of the period that he chose."""
        _link, customer = self._find(link_id, token)
        return self._serve_statement(customer, period, link_id)

    @secret_route(BROKEN)
    def broken(self, **_parts):
        """The answer to a wrong link, instead of Odoo's page for strangers with another company's name on it."""
        raise nothing_there()

    # The same for those who log in

    @secret_route(["/my/documents", MINE, f"{MINE}/{NUMBER}"], auth="user")
    def my_page(self, company_id=None, page=1, **filters):
        """The same below “My account”."""
        customer = self._find_mine(company_id)
        return self._render(customer, f"/my/documents/{customer.env.company.id}", page, filters, login=True,
                            consent_url=customer._dispatch_consent_url__(customer.env.company))

    @secret_route(f"{MINE}/{WHAT}", auth="user")
    def my_document(self, company_id, what, res_id, **_others):
        """One of his files, or the way to pay."""
        return self._serve(self._find_mine(company_id), what, res_id, f"user {request.env.uid}")

    @secret_route(f"{MINE}/statement", auth="user")
    def my_statement(self, company_id, **period):
        """The statement of account of the period that he chose."""
        return self._serve_statement(self._find_mine(company_id), period, f"user {request.env.uid}")

    # ------------------------------------------------------------------
    # Who it is
    # ------------------------------------------------------------------

    def _path(self, link_id, token):
        return f"/dispatch/page/{link_id}/{token}"

    def _find(self, link_id, token):
        """The link and its customer; one answer for “wrong”, “old”, “expired” and “not there”."""
        self._check_blocked()
        link = request.env["document.dispatch.page"]._find(link_id, token)
        if not link:
            self._turn_away(f"page {link_id}")
        customer = link._customer()
        request.update_context(lang=customer.env.lang)  # not the company: a visitor belongs to none
        return link, customer

    def _find_mine(self, company_id):
        """The customer that the user belongs to, in the company he asks for, or in the first one with a page."""
        if not request.env.user.share:
            raise nothing_there()  # a colleague, who may write on his own contact whose he is
        # sudo: a customer's people see what is his; nothing else is looked at below
        customer = request.env.user.partner_id.commercial_partner_id.sudo()
        companies = customer._dispatch_page_companies()
        company = companies.filtered(lambda one: one.id == company_id) if company_id else companies[:1]
        if not company:
            raise nothing_there()
        return customer.with_company(company).with_context(allowed_company_ids=company.ids)

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    def _render(self, customer, path, page, filters, consent_url, login=False):
        company = customer.env.company
        year = filters.get("year", "")
        page = page if isinstance(page, int) else 1  # the path says it; a query may say anything
        values = customer._dispatch_page_values(
            company, page, int(year) if year.isdecimal() and len(year) == 4 else None, bool(filters.get("open")))
        args = {name: value for name, value in (("year", values["year"]), ("open", values["only_open"] and 1)) if value}
        return request.render("document_dispatch.page", {
            **values, "path": path, "login": login, "page_name": "dispatch_page",
            "pager": pager(path, values["count"], page=values["page"], step=values["page_size"], url_args=args),
            "consent_url": consent_url,
            "first_day": values["today"].replace(month=1, day=1),
            "companies": customer._dispatch_page_companies() - company if login else (),
        })

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _serve(self, customer, what, res_id, number):
        """What he asks for, if it is his; one answer for what is another's and what is not there."""
        record = customer._dispatch_page_find(what, res_id)
        if not record:
            raise nothing_there()
        return getattr(self, f"_serve_{what}")(record, number)

    def _serve_invoice(self, move, number):
        if move._dispatch_page_blocking_reason():
            raise not_yet()
        if not move.invoice_pdf_report_id:
            self._count("draw", number)
        return self._serve_document(move)

    def _serve_quotation(self, order, number):
        self._count("draw", number)
        return self._serve_document(order)

    def _serve_document(self, document):
        response = self._make_pdf(document._dispatch_page_pdf(), document._dispatch_page_pdf_name())
        if seen := visitor():
            document._dispatch_note_opened(**seen)
        return response

    def _serve_file(self, file, _number):
        attachment = file._dispatch_page_attachment()
        if not attachment:
            raise nothing_there()
        stream = request.env["ir.binary"]._get_stream_from(attachment)
        return stream.get_response(as_attachment=stream.mimetype != "application/pdf")

    def _serve_pay(self, move, _number):
        """The invoice's own page, where Odoo takes payments: it is shown where there is something to pay."""
        if not move._dispatch_filter_payable():
            raise nothing_there()
        url = move.get_portal_url(query_string="&payment=True", anchor="portal_pay")
        return request.redirect(url)

    def _serve_statement(self, customer, period, number):
        today = fields.Date.context_today(customer)
        date_from = self._read_day(period.get("from")) or today.replace(month=1, day=1)
        date_to = self._read_day(period.get("to")) or today
        self._count("draw", number)
        content = customer.env["document.statement"]._draw_pdf(
            customer, customer.env.company, *sorted((date_from, date_to)))
        return self._make_pdf(content, f"{date_from}_{date_to}.pdf")

    def _read_day(self, text):
        try:
            return fields.Date.to_date(text or None)
        except ValueError:
            return None

    def _make_pdf(self, content, name):
        return request.make_response(content, [
            ("Content-Type", "application/pdf"), ("Content-Length", str(len(content))),
            ("Content-Disposition", content_disposition(name, "inline")),
            ("Content-Security-Policy", "default-src 'none'"),
        ])
