"""Reports load their styles from an address: it is said where that is another database's, or nobody's."""

from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models.setup import document_dispatch_home_address as address

ELSEWHERE = "http://erp.example.com"


@tagged("post_install", "-at_install")
class TestReportAddress(HttpCase):
    def setUp(self):
        super().setUp()
        self.home = self.env["document.dispatch.home"]
        self.home._note()
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        self.asked = []

    def _get(self, url, timeout):
        """As ``requests`` would, with the key that Odoo's tests ask for."""
        self.asked.append(url)
        return self.url_open(urlsplit(url).path, timeout=timeout)

    def _probe(self, get=None):
        with patch.object(address.requests, "get", get or self._get):
            self.home._probe_reports()
        return self.home._find().report_state

    def _said(self):
        return " ".join(self.env["document.dispatch.health"]._check_reports())

    def test_this_database(self):
        self.assertEqual((self._probe(), self._said()), ("ok", ""))
        self._probe()
        self.assertEqual(len(self.asked), 1, "a good answer is believed for a while")
        self.home._find().report_date = fields.Datetime.now() - 2 * address.TRUST
        self._probe()
        self.assertEqual(len(self.asked), 2)

    def test_another_database(self):
        def other(url, timeout):
            reply = self._get(url, timeout)
            reply._content = b"0" * 64  # what another one's secret makes of the question
            return reply

        self.assertEqual(self._probe(other), "other")
        self.assertIn("another database", self._said())
        self.assertEqual((self._probe(), self._said()), ("ok", ""), "asked again at once")

    def test_no_database(self):
        with patch.object(address, "HERE", "/dispatch/nobody/here"):
            self.assertEqual(self._probe(), "other")

    def test_nobody_answers(self):
        def refused(url, timeout):
            self.asked.append(url)
            raise requests.ConnectionError("refused")

        self.assertEqual(self._probe(refused), "unreached")
        self.assertEqual(len(self.asked), 2, "once is no evidence")
        self.assertIn("does not answer", self._said())
        self.env["ir.config_parameter"].set_param("report.url", ELSEWHERE)
        self.assertFalse(self._said(), "nothing is known of the new address yet")

    def test_answer_depends_on_question_and_database(self):
        first = self.url_open(f"{address.HERE}/{'a' * 32}").text
        self.assertEqual(first, self.home._answer_here("a" * 32))
        self.assertNotEqual(first, self.url_open(f"{address.HERE}/{'b' * 32}").text)
        self.env["ir.config_parameter"].set_param("database.secret", "another")
        self.assertNotEqual(first, self.home._answer_here("a" * 32))
        self.assertEqual(self.url_open(f"{address.HERE}/short").status_code, 404)
