from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

from ...tools.dispatch.steering import SendRequest
from ...tools.legal import gates
from .document_dispatch import SHARED
from .document_dispatch_preference import NETWORK, NETWORK_COPY

#: Who asks for many documents at once, as their customers want them (``document.dispatch.origin``)
AUTOMATIC = ("rule", "core", "batch")


class AccountMove(models.Model):
    """An invoice that a network or a tax authority takes, before or instead of a mail."""

    _inherit = "account.move"

    @api.model
    def _dispatch_gates(self):
        """The lines of the table whose modules are installed here, :data:`tools.legal.gates.GATES`."""
        return [gate for gate in gates.GATES if gate.state.partition(".")[0] in self._fields]

    def _dispatch_legal_state(self):
        """What networks and authorities said of this invoice.

        :return: :class:`tools.legal.gates.Legal`
        """
        self.ensure_one()
        # sudo: some of the fields are for other groups; what is read is shown as the outcome of sending
        return gates.combine([self.sudo()._dispatch_ask_gate(gate) for gate in self._dispatch_gates()])

    def _dispatch_ask_gate(self, gate):
        """What the module of one gate says of this invoice.

        :param gate: :class:`tools.legal.gates.Gate`
        """
        state = gates.interpret(gate, self._dispatch_read_path(gate.state), self._dispatch_read_path(gate.handed),
                                self._dispatch_read_path(gate.error))
        if state == gates.NONE:
            return gates.Legal()
        return gates.Legal(state, gate.name, self._dispatch_gate_words(gate, state),
                           str(self._dispatch_read_path(gate.number) or ""))

    def _dispatch_read_path(self, path):
        """The value at the end of a path of fields; of several records the first in their order, the newest.

        :param str path: names with dots between them; empty: ``False``
        """
        value = self
        for name in path.split(".") if path else ():
            # the others of a batch are read with it; a single record needs no order
            value = (value.sorted() if len(value) > 1 else value)[:1].with_prefetch(value._prefetch_ids)[name]
        return value if path else False

    @api.model
    def _dispatch_can_search(self, path):
        """Tell whether a path of fields can stand in a domain."""
        model = self
        for name in path.split("."):
            field = model._fields[name]
            if not field._description_searchable:
                return False
            model = self.env[field.comodel_name] if field.relational else model
        return True

    def _dispatch_gate_words(self, gate, state):
        """What the network or authority said, as plain text.

        :param gate: :class:`tools.legal.gates.Gate`
        :param str state: of the invoice there
        """
        if gate.words != gates.CHATTER:
            return " ".join(html2plaintext(self._dispatch_read_path(gate.words) or "").split())
        return self._dispatch_last_note() if state == gates.REJECTED else ""

    def _dispatch_last_note(self):
        """The last note of the chatter: where a module keeps the reason nowhere else."""
        # a note without a body says which fields changed
        notes = self.message_ids.filtered("body")
        return " ".join(html2plaintext(notes.sorted("id", reverse=True)[:1].body or "").split())

    # ------------------------------------------------------------------
    # By which networks it would go
    # ------------------------------------------------------------------

    def _dispatch_networks(self):
        """Sending methods and extras of Odoo's window that would hand this invoice over now.

        :return: ``(methods, extras)``, both sets of keys
        """
        self.ensure_one()
        send = self.env["account.move.send"]
        if not send._dispatch_has_networks():
            return set(), set()
        methods = {method for method in send._get_default_sending_methods(self)
                   if method not in gates.LOCAL_METHODS and self._dispatch_network_is_ready(method)}
        return methods, send._get_default_extra_edis(self) - gates.FILE_EXTRAS

    def _dispatch_network_is_ready(self, key):
        """Tell whether the company is registered with a network; Odoo offers it before."""
        # sudo: what a company's registration says is no secret to who sends its invoices
        company = self.company_id.sudo()
        for gate in self._dispatch_gates():
            if key in gate.keys and gate.ready:
                name, values = gate.ready
                return company[name] in values
        return self.env["account.move.send"]._is_applicable_to_company(key, company)

    def _dispatch_is_legal(self):
        """Tell whether this invoice goes by a network or an authority, or went there."""
        self.ensure_one()
        return any(self._dispatch_networks()) or self._dispatch_legal_state().state != gates.NONE

    def _dispatch_filter_legal(self):
        """Those of which :meth:`_dispatch_is_legal` is true; in as many SQL statements for more of them."""
        return self.filtered(lambda move: move._dispatch_is_legal())

    def _dispatch_is_mandatory(self):
        """Tell whether the law asks for an electronic invoice of this one: both are companies of the same country."""
        customer, company = self.commercial_partner_id, self.company_id
        return customer.is_company and customer.country_id == company.country_id and gates.is_mandatory(
            company.country_code, self.invoice_date or fields.Date.context_today(self))

    def _dispatch_network_address(self):
        """What stands on the dispatch as its address: the names of the networks, and the customer's number there."""
        self.ensure_one()
        keys = set().union(*self._dispatch_networks())
        names = [gate.name for gate in self._dispatch_gates() if keys.intersection(gate.keys)]
        name = ", ".join(dict.fromkeys(names)) or self._dispatch_legal_state().name or ", ".join(sorted(keys))
        partner = self.commercial_partner_id
        if "peppol" in keys and partner.peppol_eas and partner.peppol_endpoint:
            name = f"{name} {partner.peppol_eas}:{partner.peppol_endpoint}"
        return name

    def _dispatch_page_blocking_reason(self):
        """Customers see no picture of what a network or an authority has to take first, as they get no copy of it."""
        if self._dispatch_is_withheld():
            return self.env._("The PDF will be available once the invoice is accepted.")
        return super()._dispatch_page_blocking_reason()

    def _dispatch_is_withheld(self):
        """Tell whether this invoice goes by a network that has not accepted it yet, and nothing may go before.

        What was sent before there was a network, and what was accepted once, is shown.
        """
        self.ensure_one()
        move = self.sudo().with_company(self.company_id)  # sudo: customers ask, and see but the answer
        if move.state != "posted" or move.is_move_sent or move.company_id.dispatch_mail_before:
            return False
        state = move._dispatch_legal_state().state
        if state in (gates.WAITING, gates.REJECTED):
            return True
        return state == gates.NONE and not move._dispatch_rehearses() and any(move._dispatch_networks())

    def _dispatch_network_accepted(self):
        """A network took this invoice: a page that was printed before is printed anew, where it lacks the number."""
        reprint = any(gate.reprint and self._dispatch_ask_gate(gate).state == gates.ACCEPTED
                      for gate in self.sudo()._dispatch_gates())  # sudo: as above
        # sudo: as core, the files are the system's to write
        page = self.sudo().invoice_pdf_report_id
        if reprint and page:
            page.res_field = False  # it stays as a file of the invoice
            self.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    @api.model
    def _dispatch_report_columns(self, query, table=None):
        """What was refused after it had been accepted is sent, and says so."""
        columns = super()._dispatch_report_columns(query, table)
        if not self.env["account.move.send"]._dispatch_has_networks():
            return columns
        reason = SQL("COALESCE(%s, %s)", columns["dispatch_exclude_reason"],
                     self._dispatch_refused_later_sql(table or query.table))
        return {**columns, "dispatch_exclude_reason": reason}

    @api.model
    def _dispatch_refused_later_sql(self, move):
        """SQL: what a network said that refused an invoice in its present revision after it had accepted it.

        :param str move: alias of the invoice
        """
        Dispatch, Recipient = self.env["document.dispatch"], self.env["document.dispatch.recipient"]
        # raw SQL: the ORM has no correlated subquery
        return SQL(
            """(SELECT r.remark FROM document_dispatch d JOIN document_dispatch_recipient r ON r.dispatch_id = d.id
                 WHERE d.res_model = %s AND d.res_id = %s AND d.revision = COALESCE(%s, 0) AND d.channel IN %s
                       AND d.state = 'sent' AND r.remark IS NOT NULL
                 ORDER BY d.id DESC LIMIT 1)""",
            self._name, SQL.identifier(move, "id"),
            SQL.identifier(move, "dispatch_revision", to_flush=self._fields["dispatch_revision"]),
            tuple(self.env["document.dispatch.channel"]._get_codes("_is_network")),
            to_flush=(Dispatch._fields["state"], Recipient._fields["remark"]))

    @api.model
    def _dispatch_refused_later_domain(self):
        """Invoices that a network refused after it had accepted them: they are not valid, whoever has them."""
        if not self.env["account.move.send"]._dispatch_has_networks():
            return Domain.FALSE
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            "%s IS NOT NULL", model._dispatch_refused_later_sql(alias)))

    def _dispatch_explain_refused_later(self):
        """What the network said that refused this invoice after it had accepted it; empty where none did."""
        network = self._dispatch_find_networks().get(self.id)
        return network.remark if network and network._is_refused_later() else ""

    # ------------------------------------------------------------------
    # The network first, then copies
    # ------------------------------------------------------------------

    def _dispatch_prepare_vals(self, dispatch_type, directory, origin, state, chosen=None):
        """By the network only, where the customer gets no copy from us, and no person wants to send one."""
        vals = super()._dispatch_prepare_vals(dispatch_type, directory, origin, state, chosen)
        if origin in AUTOMATIC and not vals["rehearsal"] and self._dispatch_is_network_only():
            return {**vals, **self._dispatch_prepare_network({**vals, "state": state}), "channel_reason": False}
        return vals

    def _dispatch_channels(self, dispatch_type):
        """What a network takes has a dispatch of its own; where none does, the customer's wish for one is answered."""
        channels = super()._dispatch_channels(dispatch_type)
        if self.state != "posted" or self._dispatch_wished_channel(dispatch_type) not in (NETWORK, NETWORK_COPY):
            return channels
        others = [channel for channel in channels if not channel._is_network()]
        return others if self._dispatch_is_legal() else [self.env["document.dispatch.channel.network"], *others]

    def _dispatch_is_network_only(self):
        """Tell whether a network takes this invoice, and the customer wants nothing beside."""
        return self.state == "posted" and not self._dispatch_wants_copy() and self._dispatch_is_legal()

    def _dispatch_wants_copy(self):
        """Tell whether the customer gets a copy beside what the network takes: Odoo's “Invoice sending” says so."""
        methods = self.env["account.move.send"]._get_default_sending_methods(self)
        return bool(set(methods) & {"email", "paper", "snailmail"})

    @api.model
    def _dispatch_insert(self, vals_list):
        """Have copies wait for the network, whose dispatch is made where there is none yet."""
        copies = self._dispatch_find_copies(vals_list)
        super()._dispatch_insert(self._dispatch_prepare_missing_networks(copies))
        return super()._dispatch_insert(self._dispatch_put_behind_networks(vals_list, copies))

    @api.model
    def _dispatch_find_copies(self, vals_list):
        """Those of these values of dispatches that are invoices on a way beside a network."""
        if not self.env["account.move.send"]._dispatch_has_networks():
            return []
        networks = self.env["document.dispatch.channel"]._get_codes("_is_network")
        return [vals for vals in vals_list
                if vals["res_model"] == self._name and not vals["rehearsal"] and vals["channel"] not in networks]

    @api.model
    def _dispatch_prepare_missing_networks(self, copies):
        """Values of the dispatches by networks that come before these, and are not there."""
        moves = self.browse(vals["res_id"] for vals in copies)
        found = moves._dispatch_find_networks()
        return [move._dispatch_prepare_network(vals) for move, vals in zip(moves, copies, strict=True)
                if move.id not in found and move._dispatch_needs_network(vals)]

    @api.model
    def _dispatch_put_behind_networks(self, vals_list, copies):
        """The values of dispatches; those of copies wait for their network's, where there is one."""
        found = self.browse(vals["res_id"] for vals in copies)._dispatch_find_networks()
        waiting = {id(vals) for vals in copies if vals["res_id"] in found}
        return [{**vals, **found[vals["res_id"]]._prepare_copy(vals)} if id(vals) in waiting else vals
                for vals in vals_list]

    def _dispatch_find_networks(self):
        """The dispatches by a network of these invoices in their present revision: ``{id: document.dispatch}``."""
        Dispatch = self.env["document.dispatch"].sudo()  # sudo: whoever sent it
        found = Dispatch.search(
            Dispatch._get_document_domain(self) & Dispatch.env["document.dispatch.channel"]._get_domain("_is_network")
            & Domain("state", "!=", "cancelled"), order="id")
        revisions = {move.id: move.dispatch_revision for move in self}
        return {dispatch.res_id: dispatch for dispatch in found if dispatch.revision == revisions[dispatch.res_id]}

    def _dispatch_needs_network(self, vals):
        """Tell whether a network comes before the dispatch with these values.

        Of a window the person chose: what they did not tick does not go, and what core handed over is noted.
        """
        if self.state != "posted":
            return False
        request = SendRequest.of(self.env)
        if vals.get("mail_message_id") or request and request.origin == "manual":
            return self._dispatch_legal_state().state != gates.NONE
        return self._dispatch_is_legal()

    def _dispatch_prepare_network(self, vals):
        """Values of the dispatch by a network that comes before the one with these values."""
        network = self.env["document.dispatch.channel.network"]
        shared = {name: vals.get(name, False) for name in SHARED}
        # sudo: what a rule says of review, whoever plans for it; a copy on paper has no review of its own
        rule = self.env["document.dispatch.rule"].sudo().browse(vals.get("rule_id") or ())
        reviewed = vals["state"] == "review" and vals["origin"] in AUTOMATIC or rule and rule._is_reviewed(self)
        state = "review" if reviewed else "queued"
        handed = self._dispatch_legal_state().state in (gates.WAITING, gates.ACCEPTED)
        return {
            **shared, "channel": network._code(), "skipped": [], "network_date": handed and fields.Datetime.now(),
            **network._prepare_vals(self, self.env["document.dispatch.type"].browse(vals["type_id"]), None, shared,
                                    "queued" if handed else state),
        }

    def _dispatch_note_network(self, origin, keys):
        """Core has handed this invoice over: note it, with what came of it so far.

        :param str origin: see ``document.dispatch.origin``
        :param set keys: sending methods and extras by which it was handed over
        """
        if not self._dispatch_type() or self._dispatch_find_networks():
            return
        unknown = not any(keys.intersection(gate.keys) for gate in self._dispatch_gates())
        nothing = self._dispatch_legal_state().state == gates.NONE
        [vals] = self._dispatch_prepare_vals_list(origin)
        network = self._dispatch_insert([{
            **self._dispatch_prepare_network(vals),
            # a module that is known and says nothing of it has not handed it over: the worker does
            "network_date": (unknown or not nothing) and fields.Datetime.now(),
        }])
        if unknown and nothing:
            network.recipient_ids._set_state("sending")
            network.recipient_ids._set_state("sent", sent_date=fields.Datetime.now(), reply=self.env._("Handed over."))
            network._set_state("sending")
            network._conclude()
        network._deliver_soon()

    def _dispatch_find_current(self, rehearsal=None):
        """Mails and paper: what a network has is neither withdrawn nor sent again beside them."""
        return super()._dispatch_find_current(rehearsal).filtered(lambda dispatch: not dispatch._is_network())
