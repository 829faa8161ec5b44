import logging
from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...tools.dispatch.steering import SendRequest
from ...tools.pdf.text import mentions, pdf_text
from ..delivery.ir_actions_report import PageTimeout
from ..dispatch.document_dispatch import NO_SYNC
from ..recipients.document_dispatch_preference import DOWNLOAD

_logger = logging.getLogger(__name__)


class AccountMoveSend(models.AbstractModel):
    """Core's pipeline of invoices: who gets them, their files, and its exit."""

    _inherit = "account.move.send"

    # ------------------------------------------------------------------
    # Core's entry: who gets it
    # ------------------------------------------------------------------

    @api.model
    def _get_default_mail_partner_ids(self, move, mail_template, mail_lang):
        """The flags say who gets it; outsiders named in the template get it too.

        Nobody is filled in who has no address (core: context ``allow_partners_without_mail``): the window
        says so, takes an address that is only typed, and offers paper.
        """
        if (found := self._dispatch_batch_recipients()) is not None and move.id in found:
            return self.env["res.partner"].browse(found[move.id])
        named = super()._get_default_mail_partner_ids(move, mail_template, mail_lang)
        dispatch_type = move._dispatch_type()
        if not dispatch_type:
            return named
        partner = move._dispatch_partner()
        resolution = partner.with_company(move.company_id)._dispatch_recipients(dispatch_type)[partner]
        flagged = named.browse(dict.fromkeys(choice.contact_id for choice in resolution.chosen if choice.contact_id))
        if mail_template.use_default_to:
            return flagged
        family = partner.commercial_partner_id
        return flagged | named.filtered(lambda other: other.commercial_partner_id != family)

    @api.model
    def _get_default_sending_methods(self, move):
        """What the customer wants for these documents counts before Odoo's field of the customer.

        What goes from us, by e-mail or on paper, is “by e-mail” here: the dispatch knows which.
        """
        methods = set(super()._get_default_sending_methods(move))
        wish = move._dispatch_wished_channel()
        return self._dispatch_apply_wish(move, wish, methods) if wish else methods

    @api.model
    def _dispatch_apply_wish(self, move, wish, methods):
        """Odoo's sending methods for what a customer wants; rooms above know networks.

        :param str wish: of ``document.dispatch.preference.channel``
        :param set methods: as without it
        """
        return {"manual"} if wish == DOWNLOAD else {"email"}

    @api.model
    def _get_alerts(self, moves, moves_data):
        """Core's batch alert looks at ``partner_id.email``; the real recipients count."""
        alerts = super()._get_alerts(moves, self._dispatch_alert_data(moves, moves_data))
        by_mail = moves.filtered(lambda move: "email" in moves_data[move]["sending_methods"])
        paper = by_mail.filtered(self._dispatch_is_refused)
        wished = (by_mail - paper).filtered(self._dispatch_wants_paper)
        if len(moves) > 1:
            alerts.pop("account_missing_email", None)
            nobody = (by_mail - paper - wished).filtered(lambda m: not moves_data[m].get("mail_partner_ids"))
            if nobody:
                alerts["account_missing_email"] = {
                    "level": "warning",
                    "message": self.env._("No valid e-mail address; these go to the paper tray: %s",
                                          ", ".join(nobody.partner_id.mapped("display_name"))),
                    "action_text": self.env._("View Partner(s)"),
                    "action": nobody.partner_id._get_records_action(name=self.env._("Customers without address")),
                }
        if wished:
            alerts["dispatch_wished"] = {
                "level": "info",
                "message": self.env._("On paper, as the customer prefers: %s",
                                      ", ".join(wished.commercial_partner_id.mapped("display_name"))),
            }
        if paper:
            alerts["dispatch_refused"] = {
                "level": "warning",
                "message": self.env._("Refuses e-mail, goes to the paper tray: %s",
                                      ", ".join(paper.commercial_partner_id.mapped("display_name"))),
            }
        return alerts

    @api.model
    def _dispatch_alert_data(self, moves, moves_data):
        """Core asks one invoice for its contacts; its window for several, left with one, has their ids only."""
        if len(moves) != 1 or not isinstance(ids := moves_data[moves].get("mail_partner_ids"), list):
            return moves_data
        return {moves: {**moves_data[moves], "mail_partner_ids": self.env["res.partner"].browse(ids)}}

    @api.model
    def _dispatch_is_refused(self, move):
        dispatch_type = move._dispatch_type()
        return dispatch_type and move.partner_id._dispatch_refuses(dispatch_type, move.company_id)

    @api.model
    def _dispatch_wants_paper(self, move):
        channel = self.env["document.dispatch.channel"]._of(move._dispatch_wished_channel())
        return channel._is_there() and not channel._is_delivered_by_worker()

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    @api.model
    def _get_default_pdf_report_id(self, move):
        """The type's report comes first: it is what the administrator chose for documents of this kind."""
        return move._dispatch_type().report_id or super()._get_default_pdf_report_id(move)

    @api.model
    def _dispatch_make_files(self, moves, template, chosen_report):
        """Have core's pipeline make the legal files (e-invoice modules included), send nothing.

        :param moves: customers' invoices
        :param template: the ``mail.template``
        :param chosen_report: may be empty: the invoice's own choice
        :return: ``{move: ir.attachment}``
        """
        send = SendRequest("manual", only_files=True).on(self)
        send._check_move_constraints(moves)
        data = {}
        for move in moves:
            report = send._dispatch_report(move, chosen_report)
            settings = send._get_default_sending_settings(
                move, sending_methods=[], pdf_report=report, mail_template=template,
            )
            # sudo: as core (_generate_and_send_invoices), the files are the system's to write
            data[move.sudo()] = {**settings, "mail_attachments_widget": (
                send._get_placeholder_mail_template_dynamic_attachments_data(
                    move, template, pdf_report=settings["pdf_report"])
                + send._get_mail_template_attachments_data(template)
            )}
        send._generate_invoice_documents(data)
        for move_data in data.values():
            if error := move_data.get("error"):
                raise UserError(self._format_error_text(error))
        send._generate_dynamic_reports(data)
        return {
            move: send._dispatch_collect_files(move.sudo(), move_data)  # sudo: see above
            for move, move_data in zip(moves, data.values(), strict=True)
        }

    @api.model
    def _dispatch_report(self, move, chosen_report):
        """The report that prints an invoice; raises where it does not print invoices."""
        report = chosen_report or self._get_default_pdf_report_id(move)
        if not report.is_invoice_report:
            raise UserError(self.env._("The report “%s” does not print invoices.", report.name))
        return report

    @api.model
    def _dispatch_draw_files(self, moves, chosen_report):
        """Have the PDFs drawn that :meth:`_dispatch_make_files` will ask core for, and write nothing."""
        # sudo: as there
        data = {
            move.sudo(): {"pdf_report": self._dispatch_report(move, chosen_report)}
            for move in moves if not move.invoice_pdf_report_id
        }
        with self.env["ir.actions.report"]._dispatch_rendering() as batch:
            if batch and data:
                send = self.with_context(dispatch_render=batch, **NO_SYNC)
                send._dispatch_start_printing(batch, send._dispatch_split(data))

    @api.model
    def _dispatch_start_printing(self, batch, groups):
        """Have these groups drawn, several at once."""
        for group in groups:
            with batch.collect():
                self._dispatch_print(group)

    @api.model
    def _dispatch_split(self, invoices_data):
        """Groups that one wkhtmltopdf process draws."""
        size = self.env["ir.actions.report"]._dispatch_group_size()
        return [dict(group) for group in split_every(size, invoices_data.items())]

    @api.model
    def _dispatch_collect_files(self, move, move_data):
        """The move's own files and those of the text, each once."""
        ids = [
            entry["id"]
            for entry in self._get_invoice_extra_attachments_data(move) + move_data["mail_attachments_widget"]
            if isinstance(entry["id"], int)
        ]
        return self.env["ir.attachment"].sudo().browse(dict.fromkeys(ids))  # sudo: as above

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        """Print small groups in several processes at once; one by one where that is not possible.

        Core prints all in one process. With Debian's wkhtmltopdf it raises there and sends none of
        the batch (``ir.actions.report._run_wkhtmltopdf``, "unpatched QT").
        """
        groups = self._dispatch_split(invoices_data)
        with self.env["ir.actions.report"]._dispatch_rendering() as batch:
            # NO_SYNC: what a report computes, core may write (account.move.line._compute_parent_id)
            send = self.with_context(dispatch_render=batch, **NO_SYNC)
            if batch and len(groups) > 1:
                send._dispatch_start_printing(batch, groups)
            for group in groups:
                send._dispatch_print_group(group)

    @api.model
    def _dispatch_print(self, group):
        """Have core print these, in one wkhtmltopdf process."""
        # pylint: disable=super-method-mismatch  # the second half of _prepare_invoice_pdf_report
        return super()._prepare_invoice_pdf_report(group)

    @api.model
    def _dispatch_print_group(self, group):
        """Print a group; where that fails or mixes documents up, one by one and without haste."""
        try:
            self._dispatch_print(group)
            if len(group) == 1 or self._dispatch_is_own_page(group):
                return
        except PageTimeout:
            if len(group) == 1:
                raise  # with more patience it takes longer still
        except UserError as error:
            _logger.info("Printed one by one: %s", error)
        patient = self.with_context(dispatch_patient=True)
        singles = [{invoice: data} for invoice, data in group.items()]
        if batch := self.env["ir.actions.report"]._dispatch_render_batch():
            patient._dispatch_start_printing(batch, singles)
        for single in singles:
            patient._dispatch_print(single)

    @api.model
    def _dispatch_is_own_page(self, group):
        """Tell whether each PDF of a group carries its own document's number and nobody else's."""
        names = {invoice: invoice.name for invoice in group}
        for invoice, data in group.items():
            text = pdf_text(data["pdf_attachment_values"]["raw"])
            others = [name for other, name in names.items() if other != invoice]
            if not mentions(text, names[invoice]) or any(mentions(text, name) for name in others):
                return False
        return True

    @api.model
    def _link_invoice_documents(self, invoices_data):
        """Core calls an invoice sent when its PDF exists, before any mail does.

        What goes by mail is called sent when the server took it
        (``account.move._dispatch_accepted``); other methods keep core's mark.
        """
        invoices_data = {invoice.with_context(**NO_SYNC): data for invoice, data in invoices_data.items()}
        held = [
            invoice for invoice, data in invoices_data.items()
            if not invoice.is_move_sent and self._dispatch_holds_sent(data)
        ]
        result = super()._link_invoice_documents(invoices_data)
        for invoice in held:
            if invoice.is_move_sent:
                invoice.is_move_sent = False
        return result

    @api.model
    def _dispatch_holds_sent(self, invoice_data):
        request = SendRequest.of(self.env)
        return request and request.only_files or "email" in (invoice_data.get("sending_methods") or ())

    # ------------------------------------------------------------------
    # Core's exit: whatever sends an invoice leaves its dispatch
    # ------------------------------------------------------------------

    @api.model
    def _generate_and_send_invoices(self, moves, from_cron=False, **kwargs):
        """Core's cron raises for the whole batch when one invoice cannot be made: isolate it."""
        origin = "core" if from_cron or not self._name.endswith("wizard") else "manual"
        send = replace(self._dispatch_request(), origin=origin).on(self)
        if not from_cron:
            return super(AccountMoveSend, send)._generate_and_send_invoices(moves, **kwargs)
        try:
            with self.env.cr.savepoint():
                return super(AccountMoveSend, send)._generate_and_send_invoices(moves, from_cron=True, **kwargs)
        except Exception as error:  # noqa: BLE001 any fault of one invoice must stay with it
            self.env.invalidate_all()
            if len(moves) == 1:
                moves.sending_data = False
                moves._dispatch_record_failure(error)
                return self.env["ir.attachment"]
        return self.env["ir.attachment"].union(*(
            self._generate_and_send_invoices(move, from_cron=True, **kwargs) for move in moves
        ))

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        """Core drops invoices without a recipient silently: they go to the paper tray."""
        result = super()._hook_if_success(moves_data, from_cron=from_cron)
        for move, data in moves_data.items():
            if "email" in data["sending_methods"] and not self._is_applicable_to_move("email", move, **data):
                move._dispatch_create(self._dispatch_request().origin)
        return result

    @api.model
    def _dispatch_request(self):
        """What is being sent: the window of one invoice says more than core's own fields."""
        return SendRequest.of(self.env) or SendRequest("core")

    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        """Addresses typed into the window are recipients, too."""
        if method == "email" and self._dispatch_request().names_addresses:
            return True
        return super()._is_applicable_to_move(method, move, **move_data)

    @api.model
    def _send_mails(self, moves_data):
        """Core passes over whoever has neither a contact nor an address on the partner."""
        request = self._dispatch_request()
        typed_only = {
            move: data for move, data in moves_data.items()
            if request.names_addresses and not move.partner_id.email and not data.get("mail_partner_ids")
        }
        super()._send_mails({move: data for move, data in moves_data.items() if move not in typed_only})
        if not typed_only:
            return
        self._generate_dynamic_reports(typed_only)
        for move, data in typed_only.items():
            params = {**self._get_mail_params(move, data), "partner_ids": []}
            author_id, email_from = move._message_compute_author(email_from=request.email_from or None)
            params.update(author_id=author_id, email_from=email_from,
                          subtype_id=self.env.ref("mail.mt_comment").id)
            self._send_mail(move, data["mail_template"], **params)

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        """Ask the document to turn the message that core posts into a dispatch."""
        if not move._dispatch_type():
            return super()._send_mail(move, mail_template, **kwargs)
        request = self._dispatch_request()
        if request.email_from:
            kwargs["email_from"] = request.email_from
        if request.emails:
            kwargs["outgoing_email_to"] = ", ".join(request.emails)
        # core drops what its text says of answers
        reply_to = self._get_mail_default_field_value_from_template(mail_template, move.env.lang, move, "reply_to")
        seen = request.origin != "core"
        request = replace(request, posting=True, reply_to=reply_to or "",
                          template_id=False if seen else mail_template.id)
        return super()._send_mail(request.on(move), mail_template, **kwargs)
