import logging

from odoo import api, models

_logger = logging.getLogger(__name__)

#: Xmlids of what is put beside the orders of the counter
FIELD = "document_dispatch.pos_order_dispatch_field"
ACTION = "document_dispatch.pos_order_action_dispatches"
FORM = "document_dispatch.pos_order_view_form"
LIST = "document_dispatch.pos_order_view_list"

FORM_ARCH = """
<data>
    <xpath expr="//field[@name='partner_id']" position="after">
        <field name="x_dispatch_state" invisible="not x_dispatch_state"/>
    </xpath>
    <xpath expr="//div[@name='button_box']" position="inside">
        <button name="%(action)d" type="action" class="oe_stat_button" icon="fa-paper-plane" string="Dispatches"
                groups="document_dispatch.group_dispatch_user" invisible="not x_dispatch_state"/>
    </xpath>
</data>
"""
LIST_ARCH = """
<xpath expr="//field[@name='state']" position="before">
    <field name="x_dispatch_state" optional="hide"/>
</xpath>
"""


class DocumentDispatchCounter(models.AbstractModel):
    """What became of an invoice that was asked for at the counter, on the screen of its order (Point of Sale).

    This module does not depend on Point of Sale, so nothing of it can extend its models while they load. Where it is
    installed, a field and two views are written into the database, as an administrator would in Odoo's own settings;
    they are this module's, and go with it.
    """

    _name = "document.dispatch.counter"
    _description = "Point of Sale Invoices"

    @api.model
    def _extend(self):
        """Show on each order of the counter what became of its invoice; once, and only where there are such orders.

        :return: whether something was written
        """
        if "pos.order" not in self.env or self.env.ref(FORM, raise_if_not_found=False):
            return False
        try:
            with self.env.cr.savepoint():
                self._write_field()
                self._write_views()
        except Exception:
            # another edition's screens: nothing else may suffer from it
            _logger.warning("The orders of Point of Sale do not show what became of their invoices", exc_info=True)
            return False
        return True

    def _write_field(self):
        self._write(FIELD, "ir.model.fields", {
            "name": "x_dispatch_state", "model_id": self.env["ir.model"]._get_id("pos.order"), "state": "manual",
            "field_description": "Invoice's dispatch", "ttype": "char", "related": "account_move.dispatch_state_text",
            "store": False, "readonly": True, "copied": False,
        })

    def _write_views(self):
        action = self._write(ACTION, "ir.actions.server", {
            "name": "Dispatches", "model_id": self.env["ir.model"]._get_id("pos.order"), "state": "code",
            "code": "action = records.account_move.action_view_dispatches()",
            "group_ids": self.env.ref("document_dispatch.group_dispatch_user").ids,
        })
        for xmlid, parent, arch in (
            (FORM, "point_of_sale.view_pos_pos_form", FORM_ARCH % {"action": action.id}),
            (LIST, "point_of_sale.view_pos_order_tree", LIST_ARCH),
        ):
            self._write(xmlid, "ir.ui.view", {
                "name": xmlid, "model": "pos.order", "inherit_id": self.env.ref(parent).id, "arch": arch,
            })

    def _write(self, xmlid, model, values):
        """Make a record of this module, which updates leave alone, and return it; one that is there stays.

        :param str xmlid: its external id
        :param str model: of the record
        :param dict values: of a new one
        """
        # sudo: the structure of the database is the system's
        record = self.env.ref(xmlid, raise_if_not_found=False) or self.env[model].sudo().create(values)
        self.env["ir.model.data"].sudo()._update_xmlids([{"xml_id": xmlid, "record": record, "noupdate": True}])
        return record
