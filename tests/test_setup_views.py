"""What a person fills in has a name, and each setting says when to change it."""

from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged

#: A page of its own, whose tab is the name
EDITORS = ("html",)
#: Filled in on the list itself, and figures
NO_CARDS = {"document.dispatch.role", "document.dispatch.report"}


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    def _arch(self, model, view_id=False):
        return etree.fromstring(self.env[model].get_view(view_id, "form")["arch"])

    def _forms(self):
        """Yield the name and the arch of each form of this addon's own models."""
        data = self.env["ir.model.data"].search([("module", "=", "document_dispatch"), ("model", "=", "ir.ui.view")])
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        for view in views.filtered(lambda view: view.type == "form" and view.mode == "primary"):
            yield view.name, view.model, self._arch(view.model, view.id)

    def _has_label(self, arch, field):
        group = field.getparent()
        if group.tag == "group" and (group.get("string") or not field.get("nolabel")):
            return True
        return bool(arch.xpath(".//label[@for=$name]", name=field.get("name")))

    def test_what_is_filled_in_has_a_label(self):
        seen = 0
        for name, model, arch in self._forms():
            for node in arch.iter("field"):
                field = self.env[model]._fields.get(node.get("name"))
                if field is None or next(node.iterancestors("field", "list"), None) is not None:
                    continue  # in a list the column is the label
                if field.readonly or field.type in (*EDITORS, "one2many") or node.get("readonly") in ("1", "True"):
                    continue
                if node.get("invisible") in ("1", "True") or node.getparent().tag == "header":
                    continue
                seen += 1
                with self.subTest(form=name, field=field.name):
                    self.assertTrue(self._has_label(arch, node))
        self.assertGreater(seen, 40)

    def test_lists_of_the_menu_have_cards(self):
        """On a phone Odoo shows cards where there are any: each says whose the record is, not its name alone."""
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True}).search(
            [("id", "child_of", self.env.ref("document_dispatch.menu_root").id)])
        windows = self.env["ir.actions.act_window"].union(
            *(menu.action for menu in menus if menu.action and menu.action._name == "ir.actions.act_window"),
            # opened by an action of the server
            self.env.ref("document_dispatch.account_move_action_never_arrived"))
        ours = windows.filtered(lambda action: action.get_external_id()[action.id].startswith("document_dispatch."))
        seen = 0
        for action in ours.filtered(lambda action: "list" in action.view_mode and action.res_model not in NO_CARDS):
            seen += 1
            with self.subTest(action.name):
                view_id = {mode: view for view, mode in action.views}["kanban"]
                arch = etree.fromstring(self.env[action.res_model].get_view(view_id, "kanban")["arch"])
                self.assertGreater(len(arch.xpath(".//t[@t-name='card']//field")), 2)
        self.assertGreater(seen, 15)

    def _line_forms(self):
        """Yield window, line's model and arch of each list of lines that is filled in inside of a window."""
        for model in self.env.values():
            ours = any("document_dispatch" in field._modules for field in model._fields.values())
            if not model._transient or not ours:
                continue
            for field in self._arch(model._name).iter("field"):
                lines = model._fields.get(field.get("name"))
                for arch in field if lines is not None and lines.type == "one2many" else ():
                    yield model._name, self.env[lines.comodel_name], arch

    def test_lines_of_windows_are_saved_whole(self):
        """No client sends back what is read-only, and a line that was made up by the window lacks it then."""
        seen = 0
        for window, model, arch in self._line_forms():
            for node in arch.iter("field"):
                field = model._fields.get(node.get("name"))
                if field is not None and field.required and node.get("readonly") and arch.tag in ("form", "list"):
                    seen += 1
                    with self.subTest(window=window, view=arch.tag, field=field.name):
                        self.assertTrue(node.get("force_save"))
        self.assertTrue(seen)

    # ------------------------------------------------------------------
    # Settings
    # ------------------------------------------------------------------

    def _settings(self):
        [app] = self._arch("res.config.settings").xpath("//app[@name='document_dispatch']")
        return app

    def test_every_setting_is_there(self):
        """Those of the company, too: what a window alone could change, nobody would find again."""
        fields_there = {node.get("name") for node in self._settings().iter("field")}
        ours = {name for name in self.env["res.config.settings"]._fields if name.startswith("dispatch_")}
        self.assertEqual(fields_there & ours, ours)
        company = {
            name for name, field in self.env["res.company"]._fields.items()
            if name.startswith("dispatch_") and not field.readonly
        }
        self.assertFalse(company - ours)

    def test_each_is_explained_and_found(self):
        settings = self._settings().xpath(".//setting")
        self.assertGreater(len(settings), 15)
        for setting in settings:
            with self.subTest(setting.get("id")):
                self.assertGreater(len(setting.get("help") or ""), 30)
                self.assertTrue(setting.get("string") or setting.xpath("./field"), "the search needs a word")
        ids = [setting.get("id") for setting in settings]
        self.assertEqual(len(ids), len(set(ids)))

    def test_links_lead_to_lists(self):
        """Each button opens something that its user may see."""
        admin = new_test_user(self.env, "helena", "base.group_system,document_dispatch.group_dispatch_manager")
        buttons = self._settings().xpath(".//button[@type='action']")
        self.assertGreater(len(buttons), 6)
        for button in buttons:
            with self.subTest(button.get("string")):
                action = self.env["ir.actions.actions"].browse(int(button.get("name")))
                action = self.env[action.type].browse(action.id)
                model = getattr(action, "res_model", False) or action.model_id.model
                self.assertTrue(self.env[model].with_user(admin).has_access("read"))
