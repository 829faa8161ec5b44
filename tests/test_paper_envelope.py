"""The address of a letter stands in the window of the envelope, measured on the paper."""

import io
import socket
import threading
from contextlib import suppress
from unittest import SkipTest
from unittest.mock import patch

from odoo.addons.base.models import ir_actions_report
from odoo.tests import HttpCase

from ..tools.paper.envelopes import ENVELOPES, MM
from ..tools.pdf.library import PdfReader
from .common import DispatchCase
from .test_delivery_pdf import UNPATCHED, needs_unpatched

LONG = {
    "name": "Société Anonyme des Établissements Réunis de la Métallurgie et de la Construction Mécanique "
    "du Sud-Ouest",
    "street": "Zone industrielle de la Grande Plaine du Nord, Bâtiment C, Entrée 14, 3e étage, Porte 27 bis",
    "street2": "Cidex 4711, Lieu-dit « Les Trois Fontaines de la Vallée Heureuse »",
    "zip": "47110", "city": "Sainte-Livrade-sur-Lot-et-Garonne-les-Bains CEDEX 09",
}
#: Millimetres by which a letter's foot may stand below its line
FOOT = 1.5


class LetterCase(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not what is tested here: core waits a second for each page's scripts
        cls.env["ir.config_parameter"].set_param("report.print_delay", "1")
        cls.company.write({"street": "Rua das Palmeiras 1200", "zip": "80010-010", "city": "Curitiba"})

    def _country(self, code):
        return self.env.ref(f"base.{code}").id

    def _places(self, page):
        """``[(text, millimetres from the left, millimetres from the top)]`` of a page of a PDF."""
        if PdfReader.__module__.startswith("PyPDF2"):
            raise SkipTest("PyPDF2 does not say where a text stands; pypdf does")
        places, height = [], float(page.mediabox.height)

        def visit(text, cm, tm, _font, _size):
            x, y = tm[4], tm[5]
            if text.strip():
                places.append((
                    text.strip(), (cm[0] * x + cm[2] * y + cm[4]) / MM, (height - cm[1] * x - cm[3] * y - cm[5]) / MM,
                ))

        page.extract_text(visitor_text=visit)
        return places


class TestEnvelope(LetterCase):
    def _letter(self, partner, envelope, lang="en_US"):
        self.company.dispatch_envelope = envelope
        dispatch = self._invoice(partner)._dispatch_to_paper()
        dispatch._with_system_write().lang = lang
        with self.allow_pdf_render():
            content, kind = self.env["ir.actions.report"].with_context(
                force_report_rendering=True, lang=lang)._render_qweb_pdf(
                    "document_dispatch.action_report_cover_letter", dispatch.ids)
        self.assertEqual(kind, "pdf")
        return PdfReader(io.BytesIO(content))

    def _partner(self, **vals):
        return self.env["res.partner"].create({"name": "Gómez Hermanos S.A.", "is_company": True, **vals})

    def test_loads_nothing_from_outside(self):
        """Whatever somebody writes into a letter: while it is drawn, no strange server is asked."""
        stranger, asked = socket.create_server(("127.0.0.1", 0)), []
        self.addCleanup(stranger.close)

        def take_calls():
            with suppress(OSError):
                while line := stranger.accept()[0]:
                    asked.append(line)
                    line.close()

        threading.Thread(target=take_calls, daemon=True).start()
        page = f'<html><body><p>Hello</p><img src="http://127.0.0.1:{stranger.getsockname()[1]}/a.png"/></body></html>'
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        for report in ("action_report_cover_letter", "action_report_letter", "action_report_statement"):
            with self.allow_pdf_render():
                content = Report._run_wkhtmltopdf([page], report_ref=f"document_dispatch.{report}")
            self.assertTrue(content.startswith(b"%PDF"))
        self.assertEqual(asked, [])

    def test_addresses_in_the_window(self):
        short = {"street": "Calle Mayor 5", "zip": "28013", "city": "Madrid", "country_id": self._country("es")}
        long = {**LONG, "country_id": self._country("fr")}
        for name, envelope in ENVELOPES.items():
            for vals in (short, long):
                with self.subTest(envelope=name, city=vals["city"]):
                    page = self._letter(self._partner(**vals), name).pages[0]
                    self._check_window(page, envelope, vals)

    def _check_window(self, page, envelope, vals):
        window, places = envelope.window, self._places(page)
        lines = self._in_box(places, envelope.address)
        text = " ".join(text for text, _left, _top in lines)
        for part in (vals.get("name", "Gómez").split()[0], vals["zip"], self._name(vals["country_id"])):
            self.assertIn(part, text)
        # the company's window, and nothing but the address and the sender in it
        inside = self._in_box(places, window)
        sender = self._in_box(places, envelope.sender)
        self.assertEqual(set(inside) | set(sender), set(lines) | set(sender))
        tops = [top for _text, _left, top in lines]
        self.assertGreaterEqual(min(tops), envelope.address.top)
        self.assertLessEqual(max(tops) + FOOT, window.top + window.height)
        self.assertLessEqual(max(tops) + FOOT, envelope.address.top + envelope.address.height)
        for _text, left, _top in lines:
            self.assertAlmostEqual(left, envelope.address.left, delta=1.5)

    def _name(self, country_id):
        return self.env["res.country"].browse(country_id).name.upper()

    def _in_box(self, places, box):
        return [
            place for place in places
            if box.left - 1 <= place[1] <= box.left + box.width and box.top <= place[2] <= box.top + box.height
        ]

    def test_a_long_head_stays_above(self):
        self.company.write({
            "name": " ".join(["Aurora Equipamentos Industriais"] * 5), "phone": "+55 41 5555 0100",
            "street2": "Bloco 7, Sala 1203, Condomínio Empresarial das Araucárias do Alto da Glória",
        })
        for name, envelope in ENVELOPES.items():
            page = self._letter(self._partner(**LONG, country_id=self._country("fr")), name).pages[0]
            with self.subTest(envelope=name):
                self._check_window(page, envelope, {**LONG, "country_id": self._country("fr")})

    def test_paper(self):
        for name, width, height in (("din", 210, 297), ("french", 210, 297), ("us", 215.9, 279.4)):
            box = self._letter(self._partner(city="Madrid"), name).pages[0].mediabox
            self.assertAlmostEqual(float(box.width) / MM, width, delta=0.5)
            self.assertAlmostEqual(float(box.height) / MM, height, delta=0.5)

    def test_by_country(self):
        for code, envelope in (("fr", "french"), ("us", "us"), ("mx", "us"), ("pl", "din"), ("br", "din")):
            company = self.env["res.company"].create({"name": f"Filial {code}", "country_id": self._country(code)})
            self.assertEqual(company.dispatch_envelope, envelope)
        company.dispatch_envelope = "us"
        company.name = "Outra"
        self.assertEqual(company.dispatch_envelope, "us")

    def test_postal_lines(self):
        self.company.partner_id.lang = "en_US"
        home = self._partner(street="Rua XV 10", city="Curitiba", country_id=self.company.country_id.id)
        self.assertNotIn(self.company.country_id.name.upper(), home._dispatch_postal_lines(self.company))
        abroad = self._partner(street="Dlouhá 12", zip="110 00", city="Praha", country_id=self._country("cz"))
        contact = self.env["res.partner"].create({"name": "Eva Malá", "parent_id": abroad.id})
        lines = contact._dispatch_postal_lines(self.company)
        self.assertEqual(lines[:3], ["Gómez Hermanos S.A.", "Eva Malá", "Dlouhá 12"])
        self.assertEqual(lines[-1], self._name(self._country("cz")))

    @needs_unpatched
    def test_one_page_with_the_unpatched_wkhtmltopdf(self):
        """It shrinks what it draws (``UNPATCHED_ZOOM``), and draws letters as outlines, without a place each."""
        ir_actions_report._wkhtml.cache_clear()
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        with patch.object(ir_actions_report, "find_in_path", lambda name: UNPATCHED):
            self.assertGreater(self.company._dispatch_letter(self.nowak)["zoom"], 1.25)
            for name in ENVELOPES:
                self.assertEqual(len(self._letter(self._partner(**LONG), name).pages), 1)
