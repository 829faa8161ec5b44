from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.tools import sql
from odoo.tools.misc import clean_context

ADDON = "document_dispatch"

#: Proof that a write comes from this module's own code. A context that arrives by RPC holds JSON
#: values only, so nobody outside can hand this object in.
SYSTEM_WRITE = object()


class DocumentDispatchProtected(models.AbstractModel):
    """Fields that say what happened: this module's own code writes them, and nobody else.

    ``readonly`` stops a form, and no client. What is protected follows from the fields themselves, so that a
    new one needs no thought. A model says by :meth:`_is_system_write` what it takes for its own code.
    """

    _name = "document.dispatch.protected"
    _description = "System Fields"

    def _auto_init(self):
        """Give the tables of others our columns empty.

        At the installation nothing was sent or declared yet, so there is nothing to compute: Odoo would do it for
        each contact and each invoice of the archive, and write all rows anew. At an update there is: refusals of
        customers, for instance, which the first states kept in another column.
        """
        if self._auto and not self._abstract and self._original_module != ADDON and self.pool._is_install:
            cr = self.env.cr
            known = sql.table_columns(cr, self._table)
            for name, field in self._fields.items():
                own = field._modules[:1] == (ADDON,) and field.store and field.compute and field.column_type
                if own and known and name not in known:
                    sql.create_column(cr, self._table, name, field.column_type[1], field.string)
        return super()._auto_init()

    @api.model
    @tools.ormcache("self._name")
    def _get_protected_fields(self):
        """Names of this module's own fields that are stored and read-only."""
        return frozenset(
            name for name, field in self._fields.items()
            if field.store and field.readonly and name not in models.MAGIC_COLUMNS
            and field._modules[:1] == (ADDON,)
        )

    @api.model
    def _get_fields_with_own_default(self):
        """Names of the fields whose default neither a context (``default_…``) nor a user (``ir.default``) sets."""
        return self._get_protected_fields()

    @api.model
    def _is_system_write(self):
        """Tell whether this module's own code writes in this environment."""
        return self.env.su or self.env.context.get("dispatch_system_write") is SYSTEM_WRITE

    def _with_system_write(self):
        """This recordset with the right to write protected fields, and without defaults of the caller.

        sudo: what happened belongs to the system, not to the user whose document it is; whoever gets
        here was checked on the document or on the dispatch before.
        """
        return self.sudo().with_context(clean_context(self.env.context), dispatch_system_write=SYSTEM_WRITE)

    @api.model
    def default_get(self, fields):
        """Leave a caller's defaults out where only the field's own counts: they come after ``create`` has checked."""
        own = self._get_fields_with_own_default()
        defaults = super().default_get([name for name in fields if name not in own])
        for name in own.intersection(fields):
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(value, self)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        self._check_protected("create", *vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected("write", vals)
        return super().write(vals)

    def _check_protected(self, operation, *vals_list):
        """Raise where somebody else than this module's own code gives values of protected fields.

        :param str operation: ``create`` or ``write``
        :param vals_list: dictionaries of values, or names of fields
        """
        if self._is_system_write():
            return
        names = self._get_protected_fields()
        if any(not names.isdisjoint(vals) for vals in vals_list):
            self.check_access(operation)  # who has no right at all is told that
            raise UserError(self._get_protected_message())

    @api.model
    def _get_protected_message(self):
        return self.env._("The result of a document cannot be edited manually.")


class DocumentDispatchSystem(models.AbstractModel):
    """A record that only the system makes: no default of a caller says anything in it."""

    _name = "document.dispatch.system"
    _description = "System Record"
    _inherit = ["document.dispatch.protected"]

    @api.model
    def _get_fields_with_own_default(self):
        return frozenset(self._fields)
