from odoo import api, models

from ...tools.dispatch.steering import SendRequest
from ...tools.legal import gates
from ...tools.legal.call import NetworkCall
from .document_dispatch_preference import NETWORK, NETWORK_COPY


class AccountMoveSend(models.AbstractModel):
    """Core's pipeline calls networks and authorities only where nothing of ours would undo what they took."""

    _inherit = "account.move.send"

    @api.model
    def _dispatch_has_networks(self):
        """Tell whether a module is installed that hands invoices to a network or an authority."""
        methods = dict(self.env["res.partner"]._fields["invoice_sending_method"]._description_selection(self.env))
        return bool(methods.keys() - gates.LOCAL_METHODS or self._get_all_extra_edis().keys() - gates.FILE_EXTRAS)

    @api.model
    def _dispatch_apply_wish(self, move, wish, methods):
        """Networks as customers want them: alone, or before a copy; and before anything where the law asks for them."""
        networks = methods - gates.LOCAL_METHODS
        if wish == NETWORK and (networks or self._get_default_extra_edis(move) - gates.FILE_EXTRAS):
            return networks
        own = super()._dispatch_apply_wish(move, wish, methods)
        return own | networks if wish in (NETWORK, NETWORK_COPY) or move._dispatch_is_mandatory() else own

    # ------------------------------------------------------------------
    # Files without services
    # ------------------------------------------------------------------

    @api.model
    def _get_default_extra_edis(self, move):
        """Files for a mail or for paper are made in our savepoints: no service is called for them.

        What a service took stays there when the savepoint is undone, and would go a second time.
        """
        # sudo: whether a company is registered is not for everybody to read (l10n_pl_edi, its certificate), and for
        # everybody's invoices to obey
        extras = super()._get_default_extra_edis(move.sudo())
        return set(extras) & gates.FILE_EXTRAS if self._dispatch_only_files() else extras

    @api.model
    def _can_commit(self):
        """Within our savepoints nothing is committed: it would end them ("savepoint does not exist")."""
        return not self._dispatch_only_files() and super()._can_commit()

    @api.model
    def _dispatch_only_files(self):
        """Tell whether files are made, and nothing is sent."""
        request = SendRequest.of(self.env)
        return bool(request and request.only_files)

    # ------------------------------------------------------------------
    # Services without files for a mail: see document.dispatch.channel.network
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_call_networks(self, move, call):
        """Have core's pipeline hand one invoice to its networks, and mail nothing.

        No savepoint may be open: modules commit in the middle, so that what a service took stays noted.

        :param move: the ``account.move``
        :param NetworkCall call: is added to; it stands in the context, too
        """
        methods, extras = move._dispatch_networks()
        for gate in move._dispatch_gates():
            if (methods | extras).intersection(gate.keys):
                call.known.append(gate)
        call.unknown.extend((methods | extras).difference(*(gate.keys for gate in call.known)))
        self._generate_and_send_invoices(
            move, allow_raising=False, sending_methods=list(methods), extra_edis=extras | (
                set(self._get_default_extra_edis(move)) & gates.FILE_EXTRAS),
        )

    @api.model
    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        self._dispatch_note_hook("before")
        # sudo: core hands these invoices over with the system's rights; a module that asks for the company beside them
        # (l10n_pl_edi, its certificate) lets nobody but administrators send
        return super(AccountMoveSend, self.sudo())._call_web_service_before_invoice_pdf_render(invoices_data)

    @api.model
    def _call_web_service_after_invoice_pdf_render(self, invoices_data):
        self._dispatch_note_hook("after")
        # sudo: as above
        return super(AccountMoveSend, self.sudo())._call_web_service_after_invoice_pdf_render(invoices_data)

    @api.model
    def _dispatch_note_hook(self, name):
        if call := NetworkCall.of(self.env):
            call.hooks.append(name)

    @api.model
    def _hook_if_errors(self, moves_data, allow_raising=True):
        """Keep the words; some modules say them as bare text, which core cannot show."""
        call = NetworkCall.of(self.env)
        for data in moves_data.values():
            if isinstance(data["error"], str):
                data["error"] = {"error_title": data["error"]}
            if call:
                call.errors.append(self._format_error_text(data["error"]))
        return super()._hook_if_errors(moves_data, allow_raising=allow_raising)

    # ------------------------------------------------------------------
    # What core hands over itself: its window, its scheduler
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_get_networks(self, invoice_data):
        """Methods and extras by which core hands an invoice to networks, as was chosen for it."""
        return (set(invoice_data.get("sending_methods") or ()) - gates.LOCAL_METHODS
                | set(invoice_data.get("extra_edis") or ()) - gates.FILE_EXTRAS)

    @api.model
    def _dispatch_holds_sent(self, invoice_data):
        """What a network has to accept is not sent before it does."""
        return super()._dispatch_holds_sent(invoice_data) or bool(self._dispatch_get_networks(invoice_data))

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        """A company that rehearses hands nothing to a network, whatever was ticked."""
        settings = super()._get_default_sending_settings(move, from_cron=from_cron, **custom_settings)
        if move._dispatch_rehearses():
            keys = self._dispatch_get_networks(settings)
            settings["sending_methods"] = set(settings["sending_methods"]) - keys
            settings["extra_edis"] = set(settings["extra_edis"]) - keys
        return settings

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        """What core just handed over leaves its dispatch, before a mail beside it becomes one."""
        if not NetworkCall.of(self.env):
            for move, data in moves_data.items():
                if keys := self._dispatch_get_networks(data):
                    move._dispatch_note_network(self._dispatch_request().origin, keys)
        return super()._hook_if_success(moves_data, from_cron=from_cron)

    @api.model
    def _generate_and_send_invoices(self, moves, from_cron=False, **kwargs):
        """Core's scheduler leaves invoices that go by a network to the worker.

        It would call the service for many in one transaction, and in a savepoint of ours.
        """
        if not from_cron:
            return super()._generate_and_send_invoices(moves, **kwargs)
        legal = moves.filtered(lambda move: move._dispatch_type() and not move._dispatch_rehearses()
                               and move._dispatch_is_legal())
        for move in legal:
            author = self.env["res.users"].browse((move.sending_data or {}).get("author_user_id") or self.env.uid)
            move.with_user(author).sudo(self.env.su)._dispatch_create("core")
            move.sending_data = False
        if legal:
            self.env["document.dispatch.delivery"].sudo()._trigger_workers()  # sudo: the scheduler's
        if legal == moves:
            return self.env["ir.attachment"]
        return super()._generate_and_send_invoices(moves - legal, from_cron=True, **kwargs)
