import psycopg2

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Records read in one go
BLOCK = 500


class DocumentDispatchRecord(models.Model):
    """Reads the records of other apps: those that a person sends, and those that a rule looks for."""

    _inherit = "document.dispatch.record"

    # ------------------------------------------------------------------
    # Those that are sent
    # ------------------------------------------------------------------

    @api.model
    def _of(self, originals, create=False):
        """The documents of those of these records that are ready, and that the user may read: ``{id: document}``.

        In as many statements for more of them. Without our group they come as superuser: whoever sends a record in
        Odoo's window need not know this app, and what goes is written down all the same.

        :param originals: records of a model that is a kind by configuration
        :param bool create: make what is not there yet; else the documents are not stored, to look at
        """
        originals = originals.exists()._filtered_access("read")  # a window may say any id
        vals_by_id = {vals["res_id"]: vals for vals in self._read_originals(originals)}
        documents = self if self.has_access("read") else self.sudo()  # sudo: see above; the records may be read
        if create:
            return {document.res_id: document.with_env(documents.env) for document in self._store(vals_by_id)}
        found = {document.res_id: document for document in self._find(originals.browse(vals_by_id))}
        return {res_id: documents.new(vals, origin=found.get(res_id)) for res_id, vals in vals_by_id.items()}

    @api.model
    def _find(self, originals):
        """The documents that stand for these records.

        sudo: the caller looks after the rights on the records.
        """
        return self.sudo().search([("res_model", "=", originals._name), ("res_id", "in", originals.ids)])

    @api.model
    def _store(self, vals_by_id):
        """Make or bring up to date the documents with these values; return them as superuser.

        :param dict vals_by_id: of records of one model, by their ids
        """
        if not vals_by_id:
            return self.sudo()  # sudo: as below
        originals = self.env[next(iter(vals_by_id.values()))["res_model"]].browse(vals_by_id)
        found = self._find(originals)
        for document in found:
            document._update(vals_by_id[document.res_id])
        there = set(found.mapped("res_id"))
        # sudo: the document is the system's, whoever sends the record
        quiet = self.sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True)
        try:
            # no savepoint: it would have everything computed that waits, a window's files among it, by anybody
            fresh = quiet.create([vals for res_id, vals in vals_by_id.items() if res_id not in there])
        except psycopg2.errors.UniqueViolation as error:
            # another transaction was faster, and this one cannot see it: Odoo does the whole anew
            raise psycopg2.errors.SerializationFailure(str(error)) from error
        return found | fresh.with_env(found.env)

    def _update(self, vals):
        """Write what is new in the record; where it went before, what went stays."""
        changed = {
            name: value for name, value in vals.items()
            if self._fields[name].convert_to_cache(value, self) != self._fields[name].convert_to_cache(self[name], self)
        }
        if changed:
            self.write(changed)

    @api.model
    def _read_originals(self, originals):
        """Values of the documents for those of these records that are ready, and belong to somebody."""
        vals_list = []
        for company, of_company in self._group_by_company(originals).items():
            dispatch_type = self.with_company(company)._get_types().get(originals._name)
            if not dispatch_type:
                continue
            # sudo: the records may be read, and a manager said which of their fields say what; not all of them are
            # shown to everybody who sends a record
            ready = dispatch_type._filter_ready(of_company).sudo()
            partners = dispatch_type._get_partners_of(ready)
            vals_list += [self._prepare_vals(original, company, partners[original.id], dispatch_type)
                          for original in ready if partners[original.id]]
        return vals_list

    @api.model
    def _group_by_company(self, originals):
        """``{company: records}``; what belongs to no company is sent by the present one."""
        if "company_id" not in originals._fields:
            return {self.env.company: originals}
        return originals.grouped(lambda original: original.company_id or self.env.company)

    @api.model
    def _prepare_vals(self, original, company, partner, dispatch_type):
        return {
            "name": self._get_number(original), "res_model": original._name, "res_id": original.id,
            "company_id": company.id, "partner_id": partner.id,
            "date": self._dispatch_day_of(original[dispatch_type.date_field or "create_date"]),
            "read_date": self._get_version(original),
        }

    @api.model
    def _get_version(self, original):
        """When a record was written last, to the second, in which the database keeps it here."""
        written = original._log_access and original.write_date
        return written.replace(microsecond=0) if written else False

    @api.model
    def _get_number(self, original):
        """The number under which the customer knows a record."""
        name = original._rec_name
        own = original[name] if name and original._fields[name].type == "char" else False
        return own or original.display_name or f"{original._description} {original.id}"

    # ------------------------------------------------------------------
    # Those that a rule looks for, or that are asked for by number
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_import_external_files(self, rule):
        """Make the documents of the records that a rule may take, and read again those that changed since."""
        for dispatch_type in rule.type_ids.filtered("source_model"):
            if (source := dispatch_type._get_source()) is not None:
                self._read_changed(source.with_env(self.env))
                self._import(source.with_env(self.env), self._get_import_domain(rule, dispatch_type))

    @api.model
    def _dispatch_find_for_preview(self, rule):
        self._dispatch_import_external_files(rule)

    @api.model
    def _get_import_domain(self, rule, dispatch_type):
        """Which records a rule may take: ready, of its company, day, condition and customers."""
        names = dispatch_type._get_source()._fields
        domain = (
            dispatch_type._get_ready_domain() & rule._get_condition()
            & dispatch_type._get_source_date_domain(rule._get_date_from(), self._dispatch_first_moment)
        )
        if "company_id" in names:
            domain &= Domain("company_id", "in", [rule.company_id.id, False])
        partner_field = dispatch_type.partner_field or "partner_id"
        if rule.partner_ids and partner_field in names:
            domain &= Domain(partner_field, "child_of", rule.partner_ids.ids)
        return domain

    @api.model
    def _import(self, source, domain):
        """Make the documents of the records that meet a domain and have none yet."""
        self.flush_model()
        # raw SQL: correlated, so that the archive is not read
        unknown = Domain.custom(to_sql=lambda model, alias, query: SQL(
            "NOT EXISTS (SELECT 1 FROM document_dispatch_record d WHERE d.res_model = %s AND d.res_id = %s)",
            source._name, SQL.identifier(alias, "id")))
        last = 0
        while originals := source.search(domain & unknown & Domain("id", ">", last), order="id", limit=BLOCK):
            last = originals[-1].id
            self._store({vals["res_id"]: vals for vals in self._read_originals(originals)})

    @api.model
    def _read_changed(self, source):
        """Read again the records of documents that wait for a rule, where they were written since.

        :param source: the empty recordset of the records
        """
        if not source._log_access:
            return
        # raw SQL: correlated; to the second, as it is kept here
        changed = Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "EXISTS (SELECT 1 FROM %s o WHERE o.id = %s AND date_trunc('second', o.write_date) IS DISTINCT FROM %s)",
            SQL.identifier(source._table), SQL.identifier(alias, "res_id"), SQL.identifier(alias, "read_date")))
        documents = self.sudo().search(  # sudo: as they are kept
            Domain("res_model", "=", source._name) & Domain("gone", "=", False)
            & Domain("company_id", "=", self.env.company.id) & Domain("dispatch_state", "in", [False, "to_send"])
            & changed)
        originals = source.browse(documents.mapped("res_id")).exists()._filtered_access("read")
        stored = self._store({vals["res_id"]: vals for vals in self._read_originals(originals)})
        # not ready now: looked at again when somebody writes it
        for document in documents.filtered(lambda document: document.res_id in originals._ids) - stored:
            document.read_date = self._get_version(document._original())

    @api.model
    def _import_numbers(self, numbers):
        """Make the documents of records with these numbers, that the user may read.

        :param list numbers: as they stand on the records
        """
        for model, dispatch_type in self._get_types().items():
            source = self.env[model]
            name = source._rec_name
            if name and source._fields[name].type == "char" and source.has_access("read"):
                self._import(source, Domain(name, "in", numbers) & dispatch_type._get_ready_domain())

    # ------------------------------------------------------------------
    # Deleted
    # ------------------------------------------------------------------

    def _note_gone(self):
        """The records of these documents were deleted: what waits is withdrawn, what went stays in the log."""
        self.gone = True
        self._dispatch_withdraw(self.env._("The document was deleted."))
