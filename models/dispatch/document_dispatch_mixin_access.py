from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Who may read no more documents of a kind than these has them named in a query
MOST_NAMED = 5_000


class DocumentDispatchMixin(models.AbstractModel):
    """Which documents of a kind a user may read, for the models that follow them."""

    _inherit = "document.dispatch.mixin"

    @api.model
    def _dispatch_of_user(self):
        """Documents of this kind with the user's own rights: record rules are evaluated as superuser."""
        return self.with_user(self.env.user).with_context(active_test=False)

    @api.model
    def _dispatch_filter_readable(self, ids):
        """Those of the documents with these ids that the user may read: what :meth:`_dispatch_readable_domain` finds.

        Of who sees all of a company also those that were deleted: what became of them stands in the log.
        """
        documents = self._dispatch_of_user()
        if not documents.has_access("read"):
            return self.browse()
        documents = documents.browse(set(ids))
        return documents if documents._dispatch_rules_ask_company() else documents.exists()._filtered_access("read")

    @api.model
    def _dispatch_readable_domain(self, link):
        """Records of a model with a company whose field ``link`` names a document that the user may read.

        Few documents are named, and PostgreSQL finds their records by the index on ``link``. Of many it is asked for
        each record, by a correlated ``EXISTS``: it gives up hashing an ``IN`` with more ids than ``work_mem`` holds,
        and then reads them all again for each record. Where the user's rules ask for nothing but the company, the
        record's own rule does.

        :param str link: the field that holds the document's id
        """
        documents = self._dispatch_of_user()
        if not documents.has_access("read"):
            return Domain.FALSE
        if documents._dispatch_rules_ask_company():
            return Domain.TRUE
        few, named = documents._dispatch_name_few()
        if few and not named:
            return Domain.FALSE
        if few:
            return Domain.custom(to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s::integer[])", model._field_to_sql(alias, link, query), named))
        return Domain.custom(to_sql=lambda model, alias, query: documents._dispatch_exists(
            model._field_to_sql(alias, link, query)))

    @api.model
    def _dispatch_rules_ask_company(self):
        """Tell whether the user's rules ask for nothing but one of the companies at hand, as our own rules do."""
        return self._dispatch_ask_company(self.env["ir.rule"]._compute_domain(self._name))

    @api.model
    def _dispatch_ask_company(self, rules):
        """Tell whether these rules of a model, as one domain, ask for nothing but one of the companies at hand.

        :param Domain rules: as ``ir.rule`` gives it, optimized: nothing in it is negated any more
        """
        companies = set(self.env.companies.ids)
        # what nobody meets has no conditions either
        return not rules.is_false() and all(
            condition.field_expr == "company_id" and condition.operator == "in" and companies.issubset(condition.value)
            for condition in rules.iter_conditions()
        )

    def _dispatch_name_few(self):
        """Tell whether the user may read few documents, and name these: their ids as PostgreSQL writes an array.

        Raw SQL: as one text they pass Python untouched; the ORM takes longer over 2,000 ids than PostgreSQL over them
        and what is asked with them.
        """
        query = self._search([], limit=MOST_NAMED + 1)
        found = self.env.execute_query(SQL(
            "SELECT array_agg(id)::text FROM (%s) AS documents HAVING count(*) <= %s", query.select(), MOST_NAMED))
        return bool(found), found and found[0][0]

    def _dispatch_exists(self, link):
        """SQL: the user may read the document whose id is ``link``."""
        query = self._search([])
        # raw SQL: the ORM has no correlated subquery
        query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), link))
        return SQL("EXISTS (%s)", query.select(SQL("1")))
