"""What looks like a fiscal document or a boleto is never passed over: the invoice shows it, and says what it is."""

from unittest.mock import patch

from odoo.exceptions import UserError

from ..tools.brazil import danfe
from ..tools.pdf import reader as pdf_reader
from . import brazil_corpus as corpus
from .fiscal import boleto_pdf
from .test_brazil_nfse import NfseCase


class TestUnreadable(NfseCase):
    def test_the_corpus(self):
        """Each file of it on an invoice of its own: a line where a person would expect one, and no wrong *Fits*."""
        with patch.object(danfe, "is_available", return_value=False):
            for number, one in enumerate(corpus.xml_samples()):
                if one.company != corpus.COMPANY or number % 4 and "nfe" in one.name:
                    continue
                with self.subTest(one.name):
                    attachment = self._upload(one.content, "arquivo.xml", self.service)
                    files = self.service.dispatch_file_ids
                    if one.expected == corpus.NOTHING:
                        self.assertFalse(files)
                    else:
                        self.assertEqual(len(files), 1)
                        self.assertEqual(files.state == "ok", one.expected == corpus.FITS)
                        self.assertNotIn(files.file_messages, ("", files.reference) if files.state != "ok" else ("x",))
                    attachment.unlink()

    def test_words(self):
        """Each with its reason, in words."""
        good = corpus.declared(corpus.nfe())
        for content, words in (
            (corpus.declared(corpus.nfe(), actual="latin-1"), "declared encoding"), (good[:-40], "cut off"),
            (good.replace(b"<nProt>", b"<nProt>&null;"), "an entity"),
            (good.replace(f' xmlns="{corpus.NFE}"'.encode(), b""), "namespace"),
            (b"<l>" + corpus.nfe().encode() * 2 + b"</l>", "several documents"),
            (corpus.declared(corpus.nfse(), actual="latin-1"), "looks like an NFS-e"),
        ):
            with self.subTest(words):
                attachment = self._upload(content, "nfe.xml", self.service)
                [file] = self.service.dispatch_file_ids
                self.assertEqual((file.kind, file.state), ("unusable", "error"))
                self.assertIn(words, file.file_messages)
                attachment.unlink()

    def test_by_its_name(self):
        """Bytes that nobody can read, under the name that programs of the trade give."""
        key = "35261111222333000181550010000047111432156784"
        key = key[:43] + str(corpus.digit(key[:43]))
        self._upload(b"\x00\x01\x02" * 100, f"{key}-nfe.xml", self.service)
        self.assertEqual(self.service.dispatch_file_ids.state, "error")

    def test_the_document_alone_goes(self):
        """Of a message of a service the customer gets the document: its own bytes, untouched."""
        self._rule("NF-e", "nfe")
        own = corpus.nfe()
        soap = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
        self._attach(soap.format(own).encode(), "retorno.xml", self.service)
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.kind, file.state), ("nfe", "ok"))
        self._plan()
        self._deliver()
        self.assertEqual(self._files(self.mails[0])["retorno.xml"], own.encode())

    def test_other_trades(self):
        """Said by their name, and not sent by this app."""
        for one in corpus.xml_samples():
            if one.name in ("ct-e", "mdf-e", "nfc-e", "event 210200", "municipal", "nfse event 203202"):
                with self.subTest(one.name):
                    attachment = self._upload(one.content, "x.xml", self.service)
                    [file] = self.service.dispatch_file_ids
                    self.assertEqual((file.kind, file.state), ("foreign", "foreign"))
                    self.assertTrue(file.file_messages)
                    self.assertFalse(file._dispatch_type_code())
                    attachment.unlink()

    def test_locked(self):
        """The password is asked for, used once, and kept nowhere."""
        content = boleto_pdf(self._instalment(self.service), password="1234")
        self._attach(content, "boleto.pdf", self.service)
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.reference, file.state), ("password", "error"))
        action = file.action_unlock()
        Window = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertRaisesRegex(UserError, "not the password"):
            Window.create({"password": "4321"})
        Window.create({"password": "1234"}).action_unlock()
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.kind, file.state), ("boleto", "ok"))
        self.env.cr.execute("SELECT column_name FROM information_schema.columns WHERE column_name = 'password' "
                            "AND table_name = 'document_dispatch_file_unlock'")
        self.assertFalse(self.env.cr.fetchall())

    def test_pdfs_that_look_like_boletos(self):
        for content, words in (
            (corpus.slip(text=False), "its typable line was not found"), (corpus.slip(words=False), "image"),
            (bytes(5000) + corpus.slip(corpus.barcode())[:400], None),
        ):
            with self.subTest(words):
                attachment = self._attach(content, "boleto.pdf", self.service)
                if words:
                    [file] = self.service.dispatch_file_ids
                    self.assertEqual(file.state, "error")
                    self.assertIn(words, file.file_messages)
                attachment.unlink()

    def test_too_large(self):
        """Nobody knows what a large PDF is; one that begins as an NF-e is one."""
        for content, words in ((boleto_pdf(self._instalment(self.service)) + bytes(11_000_000), "memory limits"),
                               (corpus.nfe().encode() + b" " * 11_000_000, "too large")):
            attachment = self._attach(content, "grande", self.service)
            [file] = self.service.dispatch_file_ids
            self.assertIn(words, file.file_messages)
            attachment.unlink()

    def test_packages_that_do_not_work(self):
        """What is installed and cannot be started costs the Pix code, not the boleto."""
        with patch.object(pdf_reader, "read_codes", side_effect=pdf_reader.Unavailable("libpdfium.so")):
            self._attach(boleto_pdf(self._instalment(self.service)), "boleto.pdf", self.service)
        self.assertEqual(self.service.dispatch_file_ids.mapped("state"), ["ok"])

    def test_bytes_in_front(self):
        """The gate lets in what the reader reads."""
        self._attach(bytes(5000) + boleto_pdf(self._instalment(self.service)), "boleto.pdf", self.service)
        self.assertEqual(self.service.dispatch_file_ids.mapped("state"), ["ok"])

    def test_what_a_check_digit_can_do(self):
        self._attach(boleto_pdf(self._instalment(self.service), wrong=True), "boleto.pdf", self.service)
        self.assertIn("boleto's typable line do not match", self.service.dispatch_file_ids.file_messages)
