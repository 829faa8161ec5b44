"""Where no module hands invoices to a network, nothing of networks shows."""

import ast
from pathlib import Path
from unittest import SkipTest

from lxml import etree

from odoo.tools import file_path
from odoo.tools.safe_eval import safe_eval

from ..models.legal.document_dispatch_preference import NETWORK, NETWORK_COPY
from .common import DispatchCase

ADDON = "document_dispatch"


def find_files(folder, suffix):
    return sorted(folder.glob(f"*{suffix}"))


class TestHidden(DispatchCase):
    """Whatever the room adds is looked at: its fields wherever they stand, its elements, its choices, its records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["account.move.send"]._dispatch_has_networks():
            raise SkipTest("a network is installed")

    # ------------------------------------------------------------------
    # What the room adds
    # ------------------------------------------------------------------

    def _folder(self, name):
        return Path(file_path(f"{ADDON}/{name}/legal"))

    def _fields(self):
        """``(model, field)`` of all that the room declares, as its source says; a choice that it adds is none."""
        for path in find_files(self._folder("models"), ".py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.ClassDef):
                    continue
                said = {target.id: item.value for item in node.body if isinstance(item, ast.Assign)
                        for target in item.targets if isinstance(target, ast.Name)}
                name = said.get("_name") or said.get("_inherit")
                for field, value in said.items():
                    is_field = isinstance(value, ast.Call) and ast.unparse(value.func).startswith("fields.")
                    if is_field and not any(keyword.arg == "selection_add" for keyword in value.keywords):
                        yield ast.literal_eval(name), field

    def _records(self):
        """The records of the room's data files."""
        for path in find_files(self._folder("views"), ".xml"):
            yield from (node for node in etree.parse(str(path)).getroot().iter(etree.Element)
                        if node.tag in ("record", "menuitem", "template", "asset", "function", "delete"))

    # ------------------------------------------------------------------
    # Whether it shows
    # ------------------------------------------------------------------

    def _is_hidden(self, node, record):
        """Tell whether an element of a view of this record, or one around it, is invisible."""
        values = {name: record[name] for name, field in record._fields.items()
                  if name in etree.tostring(node.getroottree(), encoding="unicode") and not field.relational}
        return any(
            bool(safe_eval(condition, values))
            for element in (node, *node.iterancestors())
            for name in ("invisible", "column_invisible") if (condition := element.get(name))
        )

    def _find_shown(self, model, field):
        """Views of a model in which a field of it shows."""
        views = self.env["ir.ui.view"].search([
            ("model", "=", model), ("mode", "=", "primary"), ("type", "!=", "qweb")])
        record = self.env[model].new({})
        for view in views:
            for node in view._get_combined_arch().iter("field"):
                if node.get("name") == field and not self._is_hidden(node, record):
                    yield view.xml_id or view.name

    # ------------------------------------------------------------------

    def test_fields(self):
        fields = list(self._fields())
        self.assertIn(("document.dispatch", "network_date"), fields)
        for model, field in fields:
            self.assertIn(field, self.env[model]._fields)
            self.assertEqual(list(self._find_shown(model, field)), [], f"{model}.{field}")

    def test_a_field_that_shows_is_found(self):
        self.env["ir.ui.view"].create({
            "name": "shows", "model": "document.dispatch", "mode": "extension",
            "inherit_id": self.env.ref("document_dispatch.document_dispatch_view_form").id,
            "arch": '<field name="sent_date" position="after"><field name="network_date"/></field>',
        })
        self.assertEqual(list(self._find_shown("document.dispatch", "network_date")),
                         ["document_dispatch.document_dispatch_view_form"])

    def test_elements(self):
        """Everything that the room's views put into others; another kind of record must be thought of here."""
        records = list(self._records())
        self.assertTrue(records)
        for record in records:
            self.assertEqual((record.tag, record.get("model")), ("record", "ir.ui.view"), record.attrib)
            view = self.env.ref(f"{ADDON}.{record.get('id')}")
            sample = self.env[view.model].new({})
            arch = etree.fromstring(view.arch)
            places = arch if arch.tag == "data" else [arch]
            for place in places:
                self.assertNotEqual(place.get("position"), "attributes", f"{view.name} changes what others show")
                for element in place.iterchildren(etree.Element):
                    self.assertTrue(self._is_hidden(element, sample), f"{view.name}: {etree.tostring(element)}")

    def test_choices(self):
        """No selection of the addon offers what only networks are good for."""
        words = {NETWORK, NETWORK_COPY}
        for model in self.env.registry.values():
            for field in () if model._abstract else model._fields.values():
                if field.type == "selection" and ADDON in field._modules:
                    offered = dict(field._description_selection(self.env) or ())
                    self.assertFalse(words.intersection(offered), field)

    def test_windows_and_overview(self):
        """What is told of networks is told where there is one, whatever the company's country."""
        for country in ("be", "pl", "fr", "it"):
            self.company.country_id = self.env.ref(f"base.{country}")
            self.assertEqual(self.env["document.dispatch.health"]._explain_without_network(self.company), "")
        invoice = self._invoice(self.nowak)
        self.assertFalse(invoice._dispatch_page_blocking_reason())
        self.assertFalse(invoice._dispatch_is_legal())
        [line] = [line for line in self._rule("Night", "invoice")._preview()[0] if line["res_id"] == invoice.id]
        self.assertFalse(line["reason"])
