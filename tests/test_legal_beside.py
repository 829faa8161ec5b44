"""Odoo's own networks, their services stubbed at the HTTP level: no mail before the answer, and nothing twice."""

import base64
import json
from datetime import timedelta
from unittest import SkipTest
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from requests import Response, Session
from requests.exceptions import ConnectionError as NoConnection

from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.tests import tagged
from odoo.tools import file_open

from ..tools.legal import gates
from .common import BESIDE
from .legal import LegalTours, NetworkCase

ADDRESS = "fatture@nowak.example.com"


class TestHere(NetworkCase):
    """With whatever networks are installed."""

    def test_an_invoice_that_went_nowhere(self):
        invoice = self._invoice(self.nowak)
        self.assertEqual(invoice._dispatch_legal_state(), gates.Legal())
        for gate in invoice._dispatch_gates():
            self.assertEqual(invoice._dispatch_ask_gate(gate), gates.Legal(), gate.module)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(invoice), ([], ["sent"]))


@tagged(BESIDE, "-standard")
class NetworkBeside(NetworkCase):
    """What all networks have in common; a class for each country fills it in."""

    allow_inherited_tests_method = True
    #: Technical name of the module
    module = ""
    #: Values of the company and of the customer
    company_vals = {}
    partner_vals = {}
    #: What a rejection says
    refusal = ""
    #: What a copy names
    number = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = cls.env["ir.module.module"].search([("name", "=", cls.module), ("state", "=", "installed")])
        if not installed:
            raise SkipTest(f"{cls.module} is not installed")
        cls.company.write(cls.company_vals)
        cls.customer = cls.env["res.partner"].create({
            "name": "Nowy Klient", "is_company": True, "email": ADDRESS, **cls.partner_vals,
        })
        # Odoo does so for tests of the standard set only
        cls.classPatch(Session, "send", lambda session, request, **kwargs: cls._request_handler(
            session, request, **kwargs))
        cls.requests = []
        #: URL part → function of the request's body, that returns the answer's JSON or bytes
        cls.answers = cls._answers()

    def setUp(self):
        super().setUp()
        self.requests.clear()

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        for part, answer in cls.answers.items():
            if part in request.url:
                cls.requests.append(part)
                response = Response()
                response.status_code = 200
                response.request, response.url = request, request.url
                content = answer(request)
                response._content = content if isinstance(content, bytes) else json.dumps(content).encode()
                response._content_consumed = True
                return response
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def _answers(cls):
        return {}

    #: The request that hands an invoice over
    handing = ""

    def _handed(self):
        return self.requests.count(self.handing)

    def _bill(self):
        invoice = self._invoice(self.customer, post=False)
        invoice.invoice_line_ids.tax_ids = self.company_data["default_tax_sale"]
        invoice.action_post()
        return invoice

    def _accept(self, invoice):
        """The service answers, and Odoo's status job fetches it."""
        raise NotImplementedError

    def _reject(self, invoice):
        raise NotImplementedError

    def _go(self):
        invoice = self._bill()
        invoice._dispatch_create("rule")
        self._deliver()
        return invoice


class EachNetwork:
    """The same for every country: not collected by itself."""

    def test_accepted(self):
        invoice = self._go()
        self.assertEqual((self._handed(), self.envelopes), (1, []), self._dispatches(invoice).mapped("state_message"))
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self.assertFalse(invoice.is_move_sent)
        self._deliver()
        self.assertEqual((self._handed(), self.envelopes), (1, []))
        self._accept(invoice)
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]), self._dispatches(invoice).mapped("state_message"))
        self.assertEqual((self._handed(), self.envelopes, invoice.is_move_sent), (1, [ADDRESS], True))
        self.assertIn(self.number, self.mails[0].get_body(("html",)).get_content())

    def test_rejected(self):
        invoice = self._go()
        self._reject(invoice)
        self._deliver()
        self._deliver()
        self.assertEqual(self._states(invoice), (["failed"], ["review"]))
        self.assertIn(self.refusal, self._network(invoice).state_message)
        self.assertIn(self.refusal, self._copy(invoice).state_message)
        self.assertEqual((self._handed(), self.envelopes, invoice.is_move_sent), (1, [], False))

    def test_window(self):
        invoice = self._bill()
        self._send_window(invoice).action_send_and_print()
        self.assertEqual((self._handed(), self.envelopes, invoice.is_move_sent), (1, [], False))
        self._accept(invoice)
        self._deliver()
        self.assertEqual((self._handed(), self.envelopes, invoice.is_move_sent), (1, [ADDRESS], True))

    def test_scheduler(self):
        invoice = self._bill()
        invoice.sending_data = {"author_user_id": self.env.uid, "author_partner_id": self.env.user.partner_id.id}
        self.env["account.move.send"]._generate_and_send_invoices(invoice, from_cron=True)
        self.assertEqual(self._handed(), 0)
        self._deliver()
        self.assertEqual((self._handed(), self.envelopes), (1, []))
        self._accept(invoice)
        self._deliver()
        self.assertEqual((self._handed(), self.envelopes), (1, [ADDRESS]))

    def test_files_call_nobody(self):
        invoice = self._bill()
        self.env["account.move.send"]._dispatch_make_files(
            invoice, self.types["invoice"].mail_template_id, self.env["ir.actions.report"])
        self.assertEqual(self._handed(), 0)

    def test_rehearsal_calls_nobody(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "chefe@aurora.example.com"})
        self._go()
        self.assertEqual((self._handed(), self.envelopes), (0, ["chefe@aurora.example.com"]))


@tagged(BESIDE, "-standard")
class TestPoland(EachNetwork, NetworkBeside, LegalTours):
    module = "l10n_pl_edi"
    company_vals = {"vat": "PL1234567883", "street": "Prosta 1", "city": "Warszawa", "zip": "00-001"}
    refusal = "450"
    number = "1234567883-20261201-AAA-01"
    handing = "/invoices?send"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("pl")
    def setUpClass(cls):
        cls.partner_vals = {"vat": "PL1111111111", "street": "Długa 5", "city": "Kraków", "zip": "30-001"}
        super().setUpClass()
        cls.customer.country_id = cls.env.ref("base.pl")
        cls.env["ir.config_parameter"].set_param("l10n_pl_edi_ksef.mode", "test")

        def content(name):
            with file_open(f"l10n_pl_edi/tests/certificate/{name}", "rb") as file:
                return base64.b64encode(file.read())

        key = cls.env["certificate.key"].create({
            "company_id": cls.company.id, "name": "key", "content": content("l10n_pl_edi_test.key"),
            "password": "Qwertyuiop@12345",
        })
        certificate = cls.env["certificate.certificate"].create({
            "company_id": cls.company.id, "name": "pem", "content": content("l10n_pl_edi_test.pem"),
            "private_key_id": key.id,
        })
        cls.company.sudo().write({
            "l10n_pl_edi_register": True, "l10n_pl_edi_certificate": certificate.id,
            "l10n_pl_edi_access_token": "access", "l10n_pl_edi_refresh_token": "refresh",
        })

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        if "ksef.mf.gov.pl" in request.url and request.method == "POST" and request.url.endswith("/invoices"):
            request.url += "?send"  # the same address asks for all of them
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def _answers(cls):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KSeF of a test")])
        now = fields.Datetime.now()
        der = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(
            1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(
            key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        cls.status = {"code": 150, "description": "in progress"}
        return {
            "/security/public-key-certificates": lambda request: [{
                "certificate": base64.b64encode(der).decode(),
                "usage": ["SymmetricKeyEncryption", "KsefTokenEncryption"],
            }],
            cls.handing: lambda request: {"referenceNumber": f"REF-{len(cls.requests)}"},
            "/sessions/online": lambda request: {"referenceNumber": "SESSION"},
            "/sessions/SESSION/invoices/": lambda request: {
                "status": cls.status, "ksefNumber": cls.number if cls.status["code"] == 200 else None},
            "/sessions/SESSION": lambda request: {"status": {"code": 100}},
        }

    def _answer(self, invoice, code):
        self.__class__.status = {"code": code, "description": "said KSeF"}
        self.env["account.move"]._cron_l10n_pl_edi_check_invoice_status()

    def _accept(self, invoice):
        self._answer(invoice, 200)

    def _reject(self, invoice):
        self._answer(invoice, 450)

    def test_corrected(self):
        """Rejected, corrected, accepted, mailed."""
        invoice = self._go()
        self.assertEqual(self._handed(), 1, self._dispatches(invoice).mapped("state_message"))
        self._reject(invoice)
        self._deliver()
        invoice.button_draft()
        invoice.ref = "corrected"
        invoice.action_post()
        invoice._dispatch_create("rule")
        self._deliver()
        self._accept(invoice)
        self._deliver()
        self.assertEqual((self._handed(), self.envelopes), (2, [ADDRESS]))
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_operator_is_no_administrator(self):
        """The certificate is for administrators to see, and for everybody's invoices."""
        invoice = self._bill()
        invoice.with_user(self._clerk())._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._handed(), 1, self._dispatches(invoice).mapped("state_message"))

    def test_tour(self):
        """The same by a clerk's clicks."""
        self._clerk()
        self._go_again(self._bill(), "document_dispatch_ksef", self._accept, self._reject, ADDRESS)
        self.assertEqual(self._handed(), 2)


@tagged(BESIDE, "-standard")
class TestPeppol(EachNetwork, NetworkBeside, LegalTours):
    module = "account_peppol"
    company_vals = {
        "peppol_eas": "0208", "peppol_endpoint": "0477472701", "account_peppol_proxy_state": "receiver",
        "vat": "BE0477472701", "street": "Rue Neuve 1", "city": "Namur", "zip": "5000",
    }
    refusal = "Peppol"
    number = "uuid-of-the-invoice"
    handing = "/api/peppol/1/send_document"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("be")
    def setUpClass(cls):
        cls.partner_vals = {
            "peppol_eas": "0208", "peppol_endpoint": "2718281828", "city": "Namur",
        }
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("account_peppol.edi.mode", "test")
        with file_open("account_peppol/tests/assets/private_key.pem", "rb") as file:
            key = cls.env["certificate.key"].create({"name": "peppol", "content": base64.b64encode(file.read())})
        Users = cls.env["account_edi_proxy_client.user"]
        Users.create({
            "id_client": "client", "proxy_type": "peppol", "edi_mode": "test", "company_id": cls.company.id,
            "edi_identification": Users._get_proxy_identification(cls.company, "peppol"), "private_key_id": key.id,
            "refresh_token": base64.b64encode(b"token").decode(),
        })
        cls.customer.with_company(cls.company).write({
            "country_id": cls.env.ref("base.be").id, "peppol_verification_state": "valid",
        })

    @classmethod
    def _answers(cls):
        cls.state = "done"
        return {
            cls.handing: lambda request: {"result": {"messages": [
                {"message_uuid": cls.number} for _document in json.loads(request.body)["params"]["documents"]]}},
            "/api/peppol/1/get_document": lambda request: {"result": {cls.number: (
                {"state": "done"} if cls.state == "done" else
                {"error": {"code": 207, "message": "Peppol: the receiver does not exist", "data": {}}})}},
            "/api/peppol/1/ack": lambda request: {"result": {}},
            "/api/peppol/1/lookup": lambda request: {"result": {
                "identifier": parse_qs(urlsplit(request.url).query)["peppol_identifier"][0], "services": []}},
        }

    def _accept(self, invoice):
        self.__class__.state = "done"
        self.env["account_edi_proxy_client.user"]._cron_peppol_get_message_status()

    def _reject(self, invoice):
        self.__class__.state = "error"
        self.env["account_edi_proxy_client.user"]._cron_peppol_get_message_status()

    def test_who_wants_peppol_only_gets_no_copy(self):
        self.customer.with_company(self.company).invoice_sending_method = "peppol"
        invoice = self._go()
        self._accept(invoice)
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], []))
        self.assertEqual((invoice.is_move_sent, self.envelopes), (True, []))

    def test_tour(self):
        """A clerk sends it with a copy by mail."""
        self._clerk()
        self._go_with_copy(self._bill(), "document_dispatch_peppol", self._accept, ADDRESS)
        self.assertEqual(self._handed(), 1)

    def test_every_wish(self):
        """Belgium asks for Peppol between companies: a customer decides about the copy; elsewhere about Peppol, too."""
        france = self.env.ref("base.fr")
        role = self.env["document.dispatch.role"]._get_by_code("invoice")
        wish = self.env["document.dispatch.preference"].create({"partner_id": self.customer.id, "role_id": role.id})
        for country, expected in (
            (self.customer.country_id, {
                "email": {"email", "peppol"}, "paper": {"email", "peppol"}, "manual": {"manual", "peppol"},
                "network": {"peppol"}, "network_email": {"email", "peppol"},
            }), (france, {
                "email": {"email"}, "paper": {"email"}, "manual": {"manual"}, "network": {"peppol"},
                "network_email": {"email", "peppol"},
            }),
        ):
            invoice = self._bill()
            self.customer.country_id = country
            for channel, methods in expected.items():
                with self.subTest(country=country.code, channel=channel):
                    wish.channel = channel
                    self.assertEqual(self.env["account.move.send"]._get_default_sending_methods(invoice), methods)
                    # in the window the paper tray is a method of its own
                    shown = methods - {"email"} | {"paper"} if channel == "paper" else methods
                    self.assertEqual(set(self._send_window(invoice).sending_methods or ()), shown)

    def test_not_registered_is_as_before(self):
        self.company.account_peppol_proxy_state = "not_registered"
        invoice = self._go()
        self.assertEqual((self._handed(), self.envelopes, self._network(invoice).ids), (0, [ADDRESS], []))


@tagged(BESIDE, "-standard")
class TestItaly(EachNetwork, NetworkBeside):
    module = "l10n_it_edi"
    company_vals = {
        "vat": "IT01234560157", "street": "Via Roma 1", "zip": "20100", "city": "Milano", "phone": "0266766700",
        "l10n_it_codice_fiscale": "01234560157", "l10n_it_tax_system": "RF01",
    }
    refusal = "SdI"
    number = "SDI-1"
    handing = "/out/SdiRiceviFile"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("it")
    def setUpClass(cls):
        cls.partner_vals = {
            "vat": "IT00465840031", "l10n_it_codice_fiscale": "93026890017", "street": "Via Alessi 6", "zip": "28887",
            "city": "Omegna", "l10n_it_pa_index": "0803HR0",
        }
        super().setUpClass()
        cls.customer.country_id = cls.env.ref("base.it")
        Users = cls.env["account_edi_proxy_client.user"].sudo()
        with file_open("account_peppol/tests/assets/private_key.pem", "rb") as file:
            key = cls.env["certificate.key"].create({"name": "sdi", "content": base64.b64encode(file.read())})
        cls.company.account_edi_proxy_client_ids.unlink()
        Users.create({
            "id_client": "client", "proxy_type": "l10n_it_edi", "edi_mode": "test", "company_id": cls.company.id,
            "edi_identification": "IT01234560157", "private_key_id": key.id, "refresh_token": "dG9rZW4=",
        })
        # its status job commits by itself, which no test may
        cls.classPatch(cls.env.cr, "commit", lambda: None)

    @classmethod
    def _answers(cls):
        cls.state = "awaiting_outcome"
        return {
            cls.handing: lambda request: {"result": {"id_transaction": cls.number}},
            "/in/TrasmissioneFatture": lambda request: {"result": {cls.number: {"state": cls.state}}},
            "/l10n_it_edi/1/ack": lambda request: {"result": {}},
        }

    def _accept(self, invoice):
        self.__class__.state = "ricevutaConsegna"
        invoice._l10n_it_edi_update_send_state()

    def _reject(self, invoice):
        self.__class__.state = "notificaScarto"
        invoice._l10n_it_edi_update_send_state()


@tagged(BESIDE, "-standard")
class TestRomania(EachNetwork, NetworkBeside):
    module = "l10n_ro_edi"
    company_vals = {
        "vat": "RO1234567897", "street": "Strada Unu 1", "city": "SECTOR1", "zip": "010101",
        "l10n_ro_edi_access_token": "token",
    }
    refusal = "CIF unknown"
    number = "5001"
    handing = "FCTEL/rest/upload"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("ro")
    def setUpClass(cls):
        cls.partner_vals = {
            "vat": "RO1234567897", "street": "Strada Doi 2", "city": "SECTOR3", "zip": "010102",
            "invoice_edi_format": "ciusro",
        }
        super().setUpClass()
        bucharest = cls.env.ref("base.RO_B")
        cls.company.state_id = bucharest
        cls.customer.write({"country_id": cls.env.ref("base.ro").id, "state_id": bucharest.id})
        bank = cls.env["res.partner.bank"].create({
            "acc_number": "RO98RNCB1234567890123456", "partner_id": cls.company.partner_id.id,
            "allow_out_payment": True})
        cls.company.partner_id.bank_ids = bank

    @classmethod
    def _answers(cls):
        return {cls.handing: lambda request: (
            b'<header xmlns="mfp:anaf:dgti:spv:respUploadFisier:v1" ExecutionStatus="0" index_incarcare="5001"/>')}

    def _answer(self, invoice, state, message=False):
        """As Odoo's synchronisation writes it: the answer comes as a signed archive, which is not what is tested."""
        invoice.l10n_ro_edi_document_ids.sudo().unlink()
        self.env["l10n_ro_edi.document"].sudo().create({
            "invoice_id": invoice.id, "state": state, "message": message, "attachment": base64.b64encode(b"<x/>"),
        })

    def _accept(self, invoice):
        self._answer(invoice, "invoice_validated")

    def _reject(self, invoice):
        self._answer(invoice, "invoice_refused", self.refusal)


@tagged(BESIDE, "-standard")
class TestSpain(EachNetwork, NetworkBeside):
    module = "l10n_es_edi_verifactu"
    company_vals = {"vat": "ESA39200019"}
    refusal = "not in the census"
    number = "Veri*Factu"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("es")
    def setUpClass(cls):
        cls.partner_vals = {"vat": "ESF35999705"}
        super().setUpClass()
        # no WSDL is fetched: only what Odoo queues for its own job is counted
        cls.startClassPatcher(patch(
            "odoo.addons.l10n_es_edi_verifactu.models.verifactu_document._get_zeep_operation", cls._get_operation))
        with file_open("l10n_es_edi_verifactu/demo/certificates/"
                       "Certificado_RPJ_A39200019_CERTIFICADO_ENTIDAD_PRUEBAS_5_Pre.p12", "rb") as file:
            certificate = cls.env["certificate.certificate"].create({
                "content": base64.b64encode(file.read()), "pkcs12_password": "1234", "scope": "verifactu"})
        cls.company.write({
            "l10n_es_edi_verifactu_required": True, "l10n_es_edi_verifactu_test_environment": True,
            "l10n_es_edi_verifactu_certificate_ids": [fields.Command.set(certificate.ids)],
        })
        cls.customer.country_id = cls.env.ref("base.es")

    @staticmethod
    def _get_operation(company, operation):
        if operation == "registration":
            raise NoConnection("no service in tests")
        return None, {}

    def _handed(self):
        return self.env["l10n_es_edi_verifactu.document"].search_count([("move_id.partner_id", "=", self.customer.id)])

    def _accept(self, invoice):
        invoice.l10n_es_edi_verifactu_document_ids.sudo().write({"state": "accepted", "errors": False})

    def _reject(self, invoice):
        invoice.l10n_es_edi_verifactu_document_ids.sudo().write({"state": "rejected", "errors": self.refusal})
