from odoo import http
from odoo.http import request

from ..tools.consent import consent
from ..tools.mail import addresses
from .private import Guard, origin, secret_route

PAGE = "/dispatch/consent/<dispatch_id:company_id>/<dispatch_id:partner_id>/<string:token>"
ADDRESS = "/dispatch/consent/address/<dispatch_id:entry_id>/<string:token>"
#: What a form may send, whole: files and floods are turned away before they are read
MAX_BYTES = 64 * 1024
MAX_NAME, MAX_COMMENT, MAX_EMAIL = 100, 2000, 254
#: The buttons, and what they write into the ledger
ANSWERS = {"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn", "address": "address"}


class DocumentDispatchConsent(Guard, http.Controller):
    """The customer says how documents reach them. Nothing changes by opening a link: scanners of mails do that."""

    @secret_route(PAGE)
    def page(self, company_id, partner_id, token, done="", **_others):
        """The question, where documents go now, and the forms."""
        company, partner, _channel = self._find(company_id, partner_id, token)
        return self._render(company, partner, token, done=self._done(company, partner) if done else None)

    @secret_route(f"{PAGE}/answer", methods=["POST"], csrf=True, max_content_length=MAX_BYTES)
    def answer(self, company_id, partner_id, token, **form):
        """Write what they said; then a page of its own, so that loading it again says nothing twice."""
        company, partner, channel = self._find(company_id, partner_id, token)
        self._count("post", partner_id)
        kind = ANSWERS.get(form.get("answer"))
        vals = self._read(form)
        if problem := self._problem(company, partner, kind, form, vals):
            response = self._render(company, partner, token, problem=problem, form=vals, kind=kind)
            response.status_code = 400
            return response
        vals.pop("email")
        # the customer's environment: superuser, for the token is the right to answer for them, company and language
        partner.env["document.consent"]._declare_on_page(
            partner, company, kind, {**vals, **origin(), "channel": channel})
        return request.redirect(f"{self._path(company, partner, token)}?done=1")

    @secret_route(ADDRESS)
    def address(self, entry_id, token, **_others):
        """A button for whoever reads the mail at the new address."""
        return self._render_address(self._find_request(entry_id, token), token)

    @secret_route(f"{ADDRESS}/confirm", methods=["POST"], csrf=True, max_content_length=MAX_BYTES)
    def confirm_address(self, entry_id, token, **_form):
        """The new address is the customer's."""
        entry = self._find_request(entry_id, token)
        self._count("post", entry.partner_id.id)
        text = request.env._("Documents for %(customer)s may be sent to %(address)s.",
                             customer=entry.partner_id.name, address=entry.new_email)
        entry._verify_address(text=text, lang=request.env.lang, **origin())
        return self._render_address(entry, token, done=True)

    # ------------------------------------------------------------------
    # Links and limits
    # ------------------------------------------------------------------

    def _find(self, company_id, partner_id, token):
        """The company, the customer and how they say it; one answer for “wrong”, “old” and “not there”."""
        self._check_blocked()
        found = request.env["res.partner"]._dispatch_consent_find(company_id, partner_id, token)
        if not found:
            self._turn_away(partner_id)
        request.update_context(lang=found[1].env.lang)  # not the company: a visitor belongs to none
        return found

    def _find_request(self, entry_id, token):
        self._check_blocked()
        # sudo: the token is the right to confirm this address
        entry = request.env["document.consent"].sudo().browse(entry_id)
        if not entry._check_address_token(token):
            self._turn_away(f"address {entry_id}")
        entry = entry.with_company(entry.company_id).with_context(lang=entry.lang)
        request.update_context(lang=entry.lang)
        return entry

    # ------------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------------

    def _read(self, form):
        """What the person typed, without control signs: a name goes into headers, a text into pages."""
        return {
            "declared_by": consent.clean(form.get("name")),
            "comment": consent.clean(form.get("comment"), lines=True),
            "email": consent.clean(form.get("email")),
        }

    def _problem(self, company, partner, kind, form, vals):
        """Why this cannot be noted, in words; empty when it can."""
        if not kind:
            return request.env._("Please choose one of the buttons.")
        for value, limit, name in (
            (vals["declared_by"], MAX_NAME, request.env._("The name")),
            (vals["comment"], MAX_COMMENT, request.env._("The comment")),
            (vals["email"], MAX_EMAIL, request.env._("The address")),
        ):
            if len(value) > limit:
                return request.env._("%(what)s is too long: at most %(limit)s characters.", what=name, limit=limit)
        if form.get("question") != request.env["document.consent"]._page_hash(company):
            return request.env._("The text has changed since you opened the page. Please read it again.")
        if kind != "withdrawn" and not vals["declared_by"]:
            return request.env._("Please enter your name.")
        return self._address_problem(partner, vals) if kind == "address" else ""

    def _address_problem(self, partner, vals):
        email = addresses.normalize(vals["email"])
        if not email:
            return request.env._("Please enter one e-mail address, like name@company.com.")
        if email in partner._dispatch_consent_emails():
            return request.env._("Your documents are already sent to this address.")
        vals["new_email"] = email
        return ""

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _path(self, company, partner, token):
        return f"/dispatch/consent/{company.id}/{partner.id}/{token}"

    def _done(self, company, partner):
        """What the customer said last on this page."""
        # sudo: the token is the right to see it
        return request.env["document.consent"].sudo().search([
            ("partner_id", "=", partner.id), ("company_id", "=", company.id), ("channel", "in", ("page", "letter")),
            ("ip", "!=", False), ("request_id", "=", False),
        ], order="id desc", limit=1)

    def _render(self, company, partner, token, **values):
        consents = request.env["document.consent"]
        return request.render("document_dispatch.consent_page", {
            "company": company, "res_company": company, "partner": partner, "path": self._path(company, partner, token),
            "question": company._dispatch_consent_question(), "question_hash": consents._page_hash(company),
            "statements": consents._page_statements(), "emails": partner._dispatch_consent_masked(),
            "refused": partner.dematerialization_refused, "named": partner._dispatch_refused_names(),
            "duties": company._dispatch_duties(),
            "last": partner._dispatch_consent_last(company), "form": {}, "kind": None, "problem": "", "done": None,
            "max_name": MAX_NAME, "max_comment": MAX_COMMENT, "max_email": MAX_EMAIL, **values,
        })

    def _render_address(self, entry, token, done=False):
        return request.render("document_dispatch.consent_address_page", {
            "company": entry.company_id, "res_company": entry.company_id, "entry": entry,
            "path": f"/dispatch/consent/address/{entry.id}/{token}", "done": done or entry.last_step_id.step != "asked",
            "used": entry.last_step_id.step == "used",
        })
