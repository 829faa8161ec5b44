"""What the installation does to tables that are full: columns come, rows stay as they are."""

from odoo.tests import TransactionCase
from odoo.tools import SQL

from ..hooks import uninstall_hook

ADDON = "document_dispatch"
#: A row for each company, user, template or setting: defaults of ours may stand in them.
SMALL = {"ir.mail_server", "res.company", "res.users", "sale.order.template"}


class TestInstall(TransactionCase):
    def _own_fields(self):
        """``(model, [fields])`` for each model of others whose table got columns of ours."""
        for model in self.env.values():
            fields = [
                field for field in model._fields.values()
                if field._modules[:1] == (ADDON,) and field.store and field.column_type
            ]
            if model._auto and not model._abstract and model._original_module != ADDON and fields:
                yield model, fields

    def _places(self, model):
        """Where each row lies: one that is written lies elsewhere afterwards."""
        return self.env.execute_query(SQL("SELECT id, ctid FROM %s ORDER BY id", SQL.identifier(model._table)))

    def test_no_row_is_written(self):
        partner = self.env["res.partner"].create({"name": "Da casa"})
        self.env["account.move"].create({"move_type": "out_invoice", "partner_id": partner.id})
        self.env["sale.order"].create({"partner_id": partner.id})
        partner.message_post(body="Bom dia")
        models = {model._name: fields for model, fields in self._own_fields() if model._name not in SMALL}
        self.assertLessEqual({"account.move", "res.partner", "sale.order"}, set(models))
        self.env.flush_all()
        for name, fields in models.items():
            for field in fields:
                # as before the installation; views and indexes that read it go too, and come back with the rollback
                self.env.cr.execute(SQL(
                    "ALTER TABLE %s DROP COLUMN %s CASCADE",
                    SQL.identifier(self.env[name]._table), SQL.identifier(field.name),
                ))
        before = {name: self._places(self.env[name]) for name in models}
        self.registry.init_models(self.env.cr, list(models), {"module": ADDON}, install=True)
        self.env.flush_all()
        for name in models:
            self.assertEqual(self._places(self.env[name]), before[name], f"the installation writes rows of {name}")

    def test_an_update_fills_what_it_brings(self):
        """From the first states, which had no such column: what was declared before counts on."""
        partner = self.env["res.partner"].create({"name": "Da casa"})
        partner.dematerialization_refused = True
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE res_partner DROP COLUMN dispatch_refusals CASCADE")
        self.env.invalidate_all()
        self.registry.init_models(self.env.cr, ["res.partner"], {"module": ADDON}, install=False)
        self.assertTrue(partner.dematerialization_refused)

    def test_texts_of_a_company_with_drafts(self):
        """Odoo tries each text on the first document that it finds: a draft, which has no number."""
        partner = self.env["res.partner"].create({"name": "Da casa"})
        draft = self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": partner.id, "date": "2999-12-31", "name": False})
        order = self.env["sale.order"].create({"partner_id": partner.id, "date_order": "2999-12-31"})
        self.env.flush_all()
        self.assertEqual(self.env["account.move"].search([], limit=1), draft)
        self.assertEqual(self.env["sale.order"].search([], limit=1), order)
        before = [self._places(model) for model in (draft, order)]
        data = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "mail.template")])
        templates = self.env["mail.template"].browse(data.mapped("res_id"))
        self.assertGreater(len(templates), 5)
        for template in templates:
            with self.subTest(template.name):
                template._check_can_be_rendered()
        self.env.flush_all()
        self.assertEqual([self._places(model) for model in (draft, order)], before, "trying a text writes the document")

    def test_names_that_others_gave_go(self):
        """Modules whose models ours extend have names for what these inherit; the uninstall leaves none of them."""
        ours = [model._name for model in self.env.values() if model._original_module == ADDON]
        found = {
            name: self.env[name].search([(f"{path}.model", "in", ours)]).ids
            for name, path in (("ir.model.fields.selection", "field_id.model_id"), ("ir.model.inherit", "model_id"))
        }
        names = self.env["ir.model.data"].search(["|", *(
            term for name, ids in found.items() for term in ("&", ("model", "=", name), ("res_id", "in", ids)))])
        theirs = names.filtered(lambda name: name.module != ADDON)
        self.assertEqual(set(theirs.mapped("model")), set(found), "nothing is shown")
        uninstall_hook(self.env)
        self.assertFalse(theirs.exists())
        self.assertEqual((names - theirs).exists(), names - theirs, "Odoo finds by its name what it deletes")
