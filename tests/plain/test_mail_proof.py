"""What is kept of a mail proves it: put together again it is the very bytes, and no secret link stays in it."""

import hashlib
import random
import unittest
import zlib
from email.message import EmailMessage
from email.policy import SMTP

from tools.mail import proof

PLACE = "/dispatch/page/0/0123456789abcdef"
TOKEN = "tYb3-q_9" * 5
PATH = f"/dispatch/page/71/{TOKEN}"
TEXTS = (
    "Segue a fatura.", "São 3 faturas à vista = 100 %", "料金のご請求 " * 40, "a" * 700, ".\r\n..\r\nponto",
    "linha\n\n\nlinha\n", "x=3D\n=\n" * 9, "\t fim \t\n",
)


def build(text, files=(), policy=SMTP, cte=None):
    """Return a mail as bytes, as Odoo builds it."""
    message = EmailMessage(policy=policy)
    message["Subject"], message["From"], message["To"] = "Fatura nº 7", "faturas@a.example", "ana@b.example"
    message["MIME-Version"] = "1.0"
    message.add_alternative(text, subtype="plain", charset="utf-8", **({"cte": cte} if cte else {}))
    message.add_alternative(f"<p>{text}</p>", subtype="html", charset="utf-8", **({"cte": cte} if cte else {}))
    for number, content in enumerate(files):
        message.add_attachment(content, "application", "pdf", filename=f"{number}.pdf")
    return proof.as_received(message.as_bytes(policy=message.policy.clone(cte_type="7bit")))


class TestProof(unittest.TestCase):
    def test_random_mails_come_back_byte_for_byte(self):
        dice = random.Random(23)
        for round_ in range(200):
            sizes = dice.choices((0, 1, 56, 57, 58, 114, 5000), k=dice.randrange(4))
            files = {number + 10: dice.randbytes(size) for number, size in enumerate(sizes)}
            if files and dice.random() < .3:
                files[99] = next(iter(files.values()))  # the same file twice
            text = build("\n".join(dice.choices(TEXTS, k=3)), files.values())
            with self.subTest(round=round_):
                kept = proof.keep(text, files)
                self.assertEqual(proof.rebuild(kept, files), (text, proof.SAME))
                self.assertEqual((kept.sha256, kept.size, kept.kept_sha256),
                                 (hashlib.sha256(text).hexdigest(), len(text), ""))

    def test_files_are_not_kept_twice(self):
        files = {5: random.Random(1).randbytes(300_000)}
        kept = proof.keep(build("Segue a fatura.", files.values()), files)
        self.assertLess(len(kept.message), 1500)
        self.assertEqual(proof.marked_files(kept), {5})

    def test_missing_or_other_file_is_said(self):
        files = {5: b"%PDF" * 100, 6: b"<nfe/>" * 50}
        kept = proof.keep(build("Segue", files.values()), files)
        for now in ({5: files[5]}, {5: files[5], 6: b""}, {5: files[5], 6: files[5]}, {}):
            self.assertEqual(proof.rebuild(kept, now)[1], proof.DIFFERENT)

    def test_secret_links_are_not_kept(self):
        files = {5: b"%PDF" * 100}
        for cte in (None, "quoted-printable", "base64", "7bit"):
            for before in ("", "x" * 30, "x" * 60, "é" * 11 if cte != "7bit" else "e"):
                with self.subTest(cte=cte, before=before):
                    text = build(f'{before} <a href="https://a.example{PATH}">Página</a>' if cte != "7bit" else
                                 f"{before} https://a.example{PATH} fim", files.values(), cte=cte)
                    kept = proof.keep(text, files, {PLACE: PATH})
                    rebuilt, verdict = proof.rebuild(kept, files)
                    self.assertEqual(verdict, proof.LINKS)
                    self.assertEqual(kept.sha256, hashlib.sha256(text).hexdigest())
                    whole = b"".join(self._decoded(rebuilt))
                    self.assertIn(PLACE.encode(), whole)
                    self.assertNotIn(TOKEN.encode(), whole + rebuilt + zlib.decompress(kept.message))
                    self.assertEqual([part.replace(PLACE.encode(), PATH.encode()) for part in self._decoded(rebuilt)],
                                     self._decoded(text), "nothing else is another")

    def test_tokens_of_odoo_are_not_kept(self):
        tokens = ["be59f2a9-49dc-4b09-aee2-8f71a3ae9d85", "AbPfFWsAAAAA8gGgc182HW2N2coLisHgVSm5WOS_AScM5", "06b5" * 16]
        link = "https://a.example/mail/view?access_token={}&amp;auth_signup_token={}&amp;hash={}&amp;pid=246"
        link = link.format(*tokens)
        text = build(f'<a href="{link}">Ver</a> ou /dispatch/show/7/{tokens[2]} {link.replace("&amp;", "&")}')
        kept = proof.keep(text, {})
        rebuilt, verdict = proof.rebuild(kept, {})
        whole = b"".join(self._decoded(rebuilt)) + rebuilt
        self.assertEqual((verdict, kept.sha256), (proof.LINKS, hashlib.sha256(text).hexdigest()))
        self.assertFalse([token for token in tokens if token.encode() in whole])
        self.assertIn(b"pid=246", whole)

    def test_link_that_cannot_be_taken_out_keeps_the_hash_only(self):
        text = build("Segue").replace(b"Subject:", b"X-Link: " + PATH.encode() + b"\r\nSubject:")
        kept = proof.keep(text, {}, {PLACE: PATH})
        self.assertEqual((kept.message, kept.sha256), (b"", hashlib.sha256(text).hexdigest()))

    def test_a_mail_with_the_sign_of_a_mark_is_kept_whole(self):
        files = {5: b"%PDF" * 100}
        text = build("Segue", files.values()) + b"\0005\0\r\n"
        self.assertFalse(proof.keep(text, {}).sha256 == "")
        self.assertIn(b"JVBERiVQREY", zlib.decompress(proof.keep(text, files).message))

    def test_no_hash_proves_nothing(self):
        kept = proof.keep(build("Segue"), {})
        self.assertEqual(proof.rebuild(proof.Proof(kept.message, "", "", 0), {})[1], proof.UNPROVEN)

    @staticmethod
    def _decoded(text):
        return [part.get_payload(decode=True).replace(b"\r\n", b"\n") for part in proof._texts(text)]


if __name__ == "__main__":
    unittest.main()
