"""The quotation's own page: what stands on it, for whom, and that it is what goes out."""

import base64
import io
import re
from datetime import date

from lxml import html

from odoo import fields
from odoo.tests import HttpCase

from ..tools.pdf.library import PdfReader
from ..tools.pdf.text import mentions, pdf_text
from .common import DispatchCase, new_user

SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class TestQuotationReport(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not what is tested here: core waits a second for each page's scripts
        cls.env["ir.config_parameter"].set_param("report.print_delay", "1")
        cls.report = cls.env.ref("document_dispatch.action_report_quotation")
        cls.salesman = new_user(
            cls.company, "rafael", "sales_team.group_sale_salesman", name="Rafael Medeiros",
            email="rafael.medeiros@aurora.example.com", phone="+55 11 5555-0187")
        cls.product_a.taxes_id = False

    # ------------------------------------------------------------------
    # What goes out
    # ------------------------------------------------------------------

    def test_goes_out_as_the_types_report(self):
        self.types["quotation"].report_id = self.report
        order = self._order(self.nowak, validity_date="2027-01-31")
        text = self._text_that_went(order)
        self.assertTrue(mentions(text, order.name), text)
        for part in ("Nowak Sp. z o.o.", "Valid until", "Name, signature"):
            self.assertIn(part, text)

    def test_without_own_report_core_s_goes_out(self):
        order = self._order(self.nowak, validity_date="2027-01-31")
        text = self._text_that_went(order)
        self.assertTrue(mentions(text, order.name), text)
        self.assertIn("Expiration", text)
        self.assertNotIn("Name, signature", text)

    def test_is_in_the_print_menu_beside_core_s(self):
        actions = self.env["ir.actions.actions"].get_bindings("sale.order")["report"]
        ids = {action["id"] for action in actions}
        self.assertLessEqual({self.report.id, self.env.ref("sale.action_report_saleorder").id}, ids)

    def test_file_name(self):
        order = self._order(self.nowak)
        self.assertEqual(self._file_names(order), [f"Quotation - {order.name}"])
        order.action_confirm()
        self.assertEqual(self._file_names(order), [f"Order - {order.name}"])

    def test_a_plain_salesman_prints_his_quotation(self):
        order = self._order(self.nowak, user_id=self.salesman.id)
        report = self.env["ir.actions.report"].with_user(self.salesman)
        with self.allow_pdf_render():
            content, kind = report.with_context(force_report_rendering=True)._render_qweb_pdf(self.report, order.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(mentions(pdf_text(content), order.name))

    def test_several_in_one_print_each_in_its_customers_language(self):
        self._languages("fr_FR")
        durand = self.env["res.partner"].create({"name": "Durand SARL", "lang": "fr_FR"})
        orders = self._order(self.nowak) | self._order(durand)
        pages = self._pages(orders)
        self.assertEqual(len(pages), 2)
        for page, order, label in zip(pages, orders.sorted("id"), ("Name, signature", "Nom, signature"), strict=True):
            self.assertTrue(mentions(page, order.name), page)
            self.assertIn(label, page)

    # ------------------------------------------------------------------
    # Who, when
    # ------------------------------------------------------------------

    def test_validity_stands_on_a_quotation_only(self):
        order = self._order(self.nowak, validity_date=date(2027, 1, 31))
        text = self._text(order)
        self.assertIn(f"Quotation # {order.name}", text)
        self.assertIn("Valid until 01/31/2027", text)
        order.action_confirm()
        text = self._text(order)
        self.assertIn(f"Order # {order.name}", text)
        self.assertNotIn("Valid until", text)

    def test_without_validity_no_empty_label(self):
        order = self._order(self.nowak)
        order.validity_date = False
        self.assertNotIn("Valid until", self._text(order))

    def test_customer_reference_and_whom_to_ask(self):
        self.nowak.write({"street": "ul. Długa 12", "city": "Kraków", "vat": "PL5261040567"})
        delivery = self.env["res.partner"].create({
            "name": "Magazyn Wieliczka", "parent_id": self.nowak.id, "type": "delivery", "street": "ul. Solna 4",
        })
        order = self._order(
            self.nowak, user_id=self.salesman.id, client_order_ref="ZP/271/2026", partner_shipping_id=delivery.id,
        )
        text = self._text(order)
        for part in (
            "Nowak Sp. z o.o.", "ul. Długa 12", "PL5261040567", "Shipping Address", "ul. Solna 4", "ZP/271/2026",
            "Rafael Medeiros", "+55 11 5555-0187", "rafael.medeiros@aurora.example.com",
        ):
            self.assertIn(part, text)

    def test_without_salesperson(self):
        text = self._text(self._order(self.nowak, user_id=False))
        self.assertNotIn("Salesperson", text)
        self.assertIn("Name, signature", text)

    def test_salesperson_without_phone(self):
        self.salesman.phone = False
        text = self._text(self._order(self.nowak, user_id=self.salesman.id))
        self.assertIn("Rafael Medeiros rafael.medeiros@aurora.example.com", text)

    def test_customers_language(self):
        self._languages("pt_BR", "fr_FR", "pl_PL", "cs_CZ", "es_AR")
        for lang, quantity, valid_until, sign, apart in (
            ("pt_BR", "Quantidade", "Válida até", "Nome, assinatura", "Opcionais, não incluídos no total"),
            ("fr_FR", "Quantité", "Valable jusqu’au", "Nom, signature", "Options, non comprises dans le total"),
            ("pl_PL", "Ilość", "Ważna do", "Imię i nazwisko, podpis", "Opcje, nieujęte w sumie"),
            ("cs_CZ", "Množství", "Platí do", "Jméno, podpis", "Volitelné položky, nezahrnuté v celkové ceně"),
            ("es_AR", "Cantidad", "Válido hasta", "Firma y aclaración", "Opcionales, no incluidos en el total"),
        ):
            with self.subTest(lang=lang):
                self.nowak.lang = lang
                text = self._text(self._order_with_options(validity_date="2027-01-31"))
                for part in (quantity, valid_until, sign, apart):
                    self.assertIn(part, text)
                for part in ("Valid until", "Options, not", "Accepted", "Place, date", "Name, signature"):
                    self.assertNotIn(part, text)

    # ------------------------------------------------------------------
    # Lines and totals
    # ------------------------------------------------------------------

    def test_discount_only_where_there_is_one(self):
        order = self._order(self.nowak)
        self.assertNotIn("Disc.%", self._text(order))
        order.order_line.discount = 12.5
        order.order_line.copy({"order_id": order.id, "discount": 0, "name": "Transporte"})
        text = self._text(order)
        self.assertIn("Disc.%", text)
        self.assertEqual(self._cells(order, "td_product_discount"), ["12.50", ""])

    def test_options_stand_apart(self):
        order = self._order_with_options()
        main, options = self._tables(order)
        self.assertIn("Bomba centrífuga", main)
        for part in ("Motor de reserva", "Itens opcionais", "Testado em fábrica"):
            self.assertNotIn(part, main)
            self.assertIn(part, options)
        self.assertIn("Options, not included in the total", options)
        self.assertIn("Motor de reserva Units $ 2,749.90", options)
        self.assertNotIn("Bomba centrífuga", options)
        self.assertEqual(order.amount_total, 960)

    def test_price_of_an_option_in_the_customers_currency(self):
        order = self._order_with_options(currency="EUR")
        options = self._tables(order)[1]
        self.assertIn("Motor de reserva Units 2,749.90 €", options)

    def test_price_of_an_option_with_discount_and_tax(self):
        tax = self.env["account.tax"].create({"name": "TVA 20%", "amount": 20, "type_tax_use": "sale"})
        order = self._order_with_options()
        self.assertNotIn("Taxes", self._tables(order)[1])
        order.order_line.filtered(lambda line: line.name == "Filtro de linha").write({
            "discount": 7.5, "tax_ids": [fields.Command.set(tax.ids)],
        })
        options = self._tables(order)[1]
        self.assertIn("Unit Price Disc.% Taxes", options)
        self.assertIn(f"Filtro de linha Units $ 689.00 7.50 {tax.tax_label}", options)

    def test_a_chosen_option_is_ordered(self):
        order = self._order_with_options()
        motor, filtro = order.order_line.filtered(lambda line: line._is_line_optional() and not line.display_type)
        motor.product_uom_qty = 1
        main, options = self._tables(order)
        # the note stays with the line above it
        for part in ("Itens opcionais", "Motor de reserva", "Testado em fábrica"):
            self.assertIn(part, main)
        self.assertNotIn("Filtro de linha", main)
        self.assertIn("Itens opcionais", options)
        self.assertIn("Filtro de linha", options)
        for part in ("Motor de reserva", "Testado em fábrica"):
            self.assertNotIn(part, options)
        filtro.product_uom_qty = 3
        (main,) = self._tables(order)
        self.assertIn("Filtro de linha", main)

    def test_options_below_an_optional_subsection(self):
        order = self._order_with_options()
        last = max(order.order_line.mapped("sequence"))
        self.env["sale.order.line"].create([
            {"order_id": order.id, "sequence": last + 1, "display_type": "line_section", "name": "Serviços"},
            {"order_id": order.id, "sequence": last + 2, "product_id": self.product_a.id, "name": "Instalação"},
            {"order_id": order.id, "sequence": last + 3, "display_type": "line_subsection", "name": "Contrato",
             "is_optional": True},
            {"order_id": order.id, "sequence": last + 4, "product_id": self.product_a.id, "name": "Visita anual",
             "product_uom_qty": 0},
        ])
        main, options = self._tables(order)
        self.assertIn("Serviços", main)
        self.assertIn("Instalação", main)
        self.assertNotIn("Contrato", main)
        self.assertRegex(options, "Serviços.*Contrato.*Visita anual")
        self.assertNotIn("Instalação", options)

    def test_zero_quantity_outside_of_options_is_a_line_like_others(self):
        order = self._order(self.nowak)
        order.order_line.write({"product_uom_qty": 0, "name": "Cortesia"})
        (main,) = self._tables(order)
        self.assertIn("Cortesia", main)

    def test_totals_with_taxes(self):
        tax = self.env["account.tax"].create({"name": "IVA 21%", "amount": 21, "type_tax_use": "sale"})
        order = self._order(self.mudo, amount=100)
        order.order_line.tax_ids = tax
        text = self._text(order)
        for amount in (200, 42, 242):
            self.assertIn(self._money(order.currency_id, amount), text)
        self.assertIn("Untaxed Amount", text)

    def test_customers_currency(self):
        order = self._order(self.nowak, amount=66.01, currency="EUR")
        self.assertNotEqual(order.currency_id, self.company.currency_id)
        text = self._text(order)
        self.assertIn(f"Total {self._money(order.currency_id, 132.02)}", text)
        self.assertNotIn(self.company.currency_id.symbol, text)

    def test_company_of_another_currency(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "PLN")])
        currency.active = True
        vistula = self.env["res.company"].create({"name": "Vistula Pompy Sp. z o.o.", "currency_id": currency.id})
        self.env.user.company_ids |= vistula
        self.product_a.company_id = False
        env = self.env(context={**self.env.context, "allowed_company_ids": vistula.ids})
        order = env["sale.order"].create({
            "partner_id": self.nowak.id, "company_id": vistula.id,
            "order_line": [fields.Command.create({
                "product_id": self.product_a.id, "product_uom_qty": 3, "price_unit": 120, "tax_ids": [],
            })],
        })
        text = self._text(order)
        self.assertIn(f"Total {self._money(currency, 360)}", text)
        self.assertIn("Vistula Pompy Sp. z o.o.", text)
        self.assertNotIn("Aurora", text)

    def test_payment_terms_come_before_the_general_terms(self):
        term = self.env["account.payment.term"].create({"name": "28 dias", "note": False})
        order = self._order(self.nowak, payment_term_id=term.id, note="<p>Frete por conta do comprador.</p>")
        self.assertRegex(self._text(order), r"Payment terms: 28 dias Frete por conta do comprador\.")
        term.note = "<p>Boleto em 28 dias.</p>"
        text = self._text(order)
        self.assertRegex(text, r"Boleto em 28 dias\. Frete por conta do comprador\.")
        self.assertNotIn("Payment terms:", text)

    def test_note_of_the_fiscal_position(self):
        position = self.env["account.fiscal.position"].create({
            "name": "Exportação", "note": "<p>Exportação isenta de ICMS.</p>",
        })
        order = self._order(self.nowak, fiscal_position_id=position.id)
        self.assertIn("Exportação isenta de ICMS.", self._text(order))

    # ------------------------------------------------------------------
    # Signatures
    # ------------------------------------------------------------------

    def test_signature_block(self):
        order = self._order(self.silva_ana, user_id=self.salesman.id)
        text = self._signatures(order)
        self.assertEqual(
            text, "Aurora Equipamentos Ltda Rafael Medeiros "
            "Accepted: Silva & Filhos Comércio Ltda Place, date Name, signature",
        )

    def test_signed_online(self):
        order = self._order(self.silva)
        order.write({"signature": SIGNATURE, "signed_by": "Ana Silva", "signed_on": "2026-05-04 13:00:00"})
        tree = self._tree(order)
        (block,) = tree.xpath("//div[@name='signatures']")
        self.assertIn(base64.b64encode(base64.b64decode(SIGNATURE)).decode(), block.xpath(".//img/@src")[0])
        text = self._words(block)
        self.assertIn("Ana Silva 05/04/2026", text)
        self.assertNotIn("Place, date", text)
        self.assertEqual(self._words(tree).count("Ana Silva"), 1)

    def test_nobody_signs_what_is_cancelled(self):
        order = self._order(self.nowak)
        order.action_cancel()
        self.assertNotIn("Accepted:", self._text(order))

    def test_long_quotation(self):
        """Labels of the columns on each page with lines; the signature block is not torn apart."""
        for count in (30, 33, 36):
            lines = [fields.Command.create({
                "product_id": self.product_a.id, "name": f"Válvula de esfera posição {number:02d}",
            }) for number in range(count)]
            order = self._order(self.nowak, order_line=lines, user_id=self.salesman.id)
            with self.subTest(count=count):
                pages = self._pages(order)
                self.assertGreater(len(pages), 1)
                for page in pages:
                    self.assertEqual("Válvula" in page, "Quantity" in page, page)
                (last,) = (page for page in pages if "Accepted:" in page)
                self.assertRegex(last, r"(?s)Place, date.*Name, signature")

    # ------------------------------------------------------------------

    def _order(self, partner, amount=480.0, currency=None, **vals):
        if currency:
            found = self.env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
            found.active = True
            vals["pricelist_id"] = self.env["product.pricelist"].create({
                "name": currency, "currency_id": found.id, "company_id": self.company.id,
            }).id
        return super()._order(partner, amount, **vals)

    def _order_with_options(self, **vals):
        """A pump, and two options that nobody chose yet, one with a note."""
        lines = [
            {"product_id": self.product_a.id, "name": "Bomba centrífuga", "product_uom_qty": 2, "price_unit": 480},
            {"display_type": "line_section", "name": "Itens opcionais", "is_optional": True},
            {"product_id": self.product_a.id, "name": "Motor de reserva", "product_uom_qty": 0, "price_unit": 2749.9},
            {"display_type": "line_note", "name": "Testado em fábrica"},
            {"product_id": self.product_a.id, "name": "Filtro de linha", "product_uom_qty": 0, "price_unit": 689},
        ]
        return self._order(self.nowak, order_line=[
            fields.Command.create({"sequence": sequence, **line}) for sequence, line in enumerate(lines)
        ], **vals)

    def _languages(self, *codes):
        """Switch languages on with what core and this addon say in them."""
        for code in codes:
            self.env["res.lang"]._activate_lang(code)
        modules = self.env["ir.module.module"].search([("name", "in", ("sale", "account", "document_dispatch"))])
        modules._update_translations(list(codes))

    def _text_that_went(self, order):
        with self.allow_pdf_render():
            order._dispatch_create("manual")
            self.env["document.dispatch.delivery"].with_context(force_report_rendering=True)._deliver()
        self.assertEqual(order.dispatch_state, "sent")
        (mail,) = self.mails
        (file,) = mail.iter_attachments()
        self.assertEqual(file.get_content_type(), "application/pdf")
        return pdf_text(file.get_content())

    def _file_names(self, order):
        """Without the ending: no PDF is drawn here."""
        template = self.types["quotation"].mail_template_id
        files = self.env["document.dispatch.content"]._make_template_files(order, template, self.report)
        return [file.name.rpartition(".")[0] for file in files[order]]

    def _pages(self, orders):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content, _kind = report._render_qweb_pdf(self.report, orders.ids)
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]

    def _tree(self, order):
        report = self.env["ir.actions.report"]
        content, _kind = report._render_qweb_html(self.report, order.ids, data={"report_type": "pdf"})
        return html.fromstring(content)

    def _text(self, order):
        return self._words(self._tree(order))

    def _words(self, node):
        """The text of a part of the page, with one blank between two pieces."""
        return re.sub(r"\s+", " ", " ".join(node.itertext("*", with_tail=True))).strip()

    def _tables(self, order):
        """What stands in the table of the lines and, where there is one, in that of the options."""
        return [self._words(table) for table in self._tree(order).xpath("//table[contains(@class, 'o_main_table')]")]

    def _cells(self, order, name):
        return [self._words(cell) for cell in self._tree(order).xpath(f"//td[@name='{name}']")]

    def _signatures(self, order):
        (block,) = self._tree(order).xpath("//div[@name='signatures']")
        return self._words(block)

    def _money(self, currency, amount):
        """An amount as :meth:`_words` sees it: symbol and number are pieces of their own."""
        return re.sub(r"\s+", " ", currency.format(amount))
