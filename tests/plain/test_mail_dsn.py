"""Reports on mails that come back: as some 60 mail systems write them, generated, without anybody's data."""

# a form is a line, as the mail has it
# ruff: noqa: E501
import base64
import email
import email.policy
import time
import unittest
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples, sample

from tools.mail import dsn
from tools.mail import incoming as mail_headers

ANA, RUI, US = "ana@cliente.example", "rui@cliente.example", "vendas@vendas.example"
MID = "<123456789012345.1764000000.123456-openerp-7-account.move@vendas.example>"
RETURNED = f"""Return-path: <bounce@vendas.example>
Received: from mail.vendas.example by mx.host.example with ESMTP id 1aBcDe-000123-XY; Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: {MID}
From: {US}
To: {ANA}
Subject: Fatura
MIME-Version: 1.0

Total 550 EUR, version 5.1.1
"""
QUOTED = "".join(f"> {line}\n" for line in RETURNED.splitlines())
INDENTED = "".join(f"    {line}\n" for line in RETURNED.splitlines())

#: system, sender, more headers, subject, text before the returned mail, how it returns it
FAILED_FORMS = [
    ("Exim", "Mailer-Daemon", "X-Failed-Recipients: {a}\nAuto-Submitted: auto-replied\n", "Mail delivery failed",
     "A message could not be delivered to one of its recipients. This is a permanent error.\n\n  {a}\n    host mx: 550 5.1.1"
     " no such user", RETURNED),
    ("Exim, header only", "Mailer-Daemon", "X-Failed-Recipients: {a}\n", "Mail", "See the header.", RETURNED),
    ("Exim, retry time", "Mailer-Daemon", "", "Mail delivery failed", "{a}\n  retry timeout exceeded", RETURNED),
    ("qmail", "MAILER-DAEMON", "", "failure notice", "I wasn't able to deliver. I've given up.\n\n<{a}>:\nRemote host said: "
     "550 mailbox not found\n\n--- Below this line is a copy of the message.", RETURNED),
    ("Yahoo", "MAILER-DAEMON", "", "Failure Notice", "Sorry, we were unable to deliver your message.\n\n<{a}>:\n552 5.2.2 "
     "mailbox full", RETURNED),
    ("Gmail", "mailer-daemon", "X-Failed-Recipients: {a}\n", "Delivery Status Notification (Failure)",
     "Delivery to the following recipient failed permanently:\n\n     {a}\n\n----- Original message -----", RETURNED),
    ("Zoho", "mailer-daemon", "", "Undelivered Mail", "{a} Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1", RETURNED),
    ("GMX", "MAILER-DAEMON", "", "Mail delivery failed", "The following address failed:\n\n{a}:\nSMTP error from remote "
     "server\n5.2.2 mailbox full", RETURNED),
    ("mail.ru", "mailer-daemon", "", "Сообщение не доставлено", "К сожалению, письмо не может быть доставлено:\n  {a}", RETURNED),
    ("Yandex", "mailer-daemon", "", "Недоставленное сообщение", "Не удалось доставить: {a}", RETURNED),
    ("Postfix", "MAILER-DAEMON", "", "Undelivered Mail Returned to Sender", "<{a}>: host mx said: 550 5.1.1 unknown", RETURNED),
    ("Postfix, expanded", "MAILER-DAEMON", "", "Undelivered Mail", "<x@forward.example> (expanded from <{a}>): unknown user",
     RETURNED),
    ("Sendmail", "MAILER-DAEMON", "", "Returned mail: see transcript", "----- The following addresses had permanent fatal "
     "errors -----\n<{a}>\n550 5.1.1 <{a}>... User unknown", RETURNED),
    ("Sendmail 5", "MAILER-DAEMON", "", "Returned mail: User unknown", "----- Transcript of session follows -----\n550 {a}... "
     "User unknown\n\n----- Unsent message follows -----", RETURNED),
    ("OpenSMTPD", "MAILER-DAEMON", "", "Delivery status notification: error", "An error has occurred while attempting to deliver"
     "\n\n{a}: Envelope expired", RETURNED),
    ("DragonFly", "MAILER-DAEMON", "", "Mail delivery failed", "Message to <{a}> could not be delivered.\n550 unknown", RETURNED),
    ("Courier, without an address", '"Courier mail server at mx.host.example" <@>\nX-Was: x', "", "NOTICE: mail delivery "
     "status.", "UNDELIVERABLE MAIL\n\n<{a}>:\n 550 User unknown.", RETURNED),
    ("Courier", "postmaster", "", "NOTICE: mail delivery status.", "UNDELIVERABLE MAIL\n\n<{a}>:\n  <<< 550 User unknown.",
     RETURNED),
    ("Exchange 5.5", "postmaster", "", "Undeliverable: Fatura", "Your message\n\n  To: {a}\n  Subject: Fatura\n\ndid not reach "
     "the following recipient(s):\n\n{a} on Mon\n    The recipient name is not recognized\n", RETURNED),
    ("Exchange, German", "postmaster", "", "Unzustellbar: Fatura", "Ihre Nachricht an {a} konnte nicht zugestellt werden.",
     RETURNED),
    ("Exchange, French", "postmaster", "", "Non remis : Fatura", "Votre message à {a} n'a pas pu être remis.", RETURNED),
    ("Exchange, Spanish", "postmaster", "", "No se puede entregar: Fatura", "No se pudo entregar el mensaje a {a}.", RETURNED),
    ("Exchange, Portuguese", "postmaster", "", "Não é possível entregar: Fatura", "Sua mensagem para {a} não pôde ser entregue.",
     RETURNED),
    ("Exchange, Italian", "postmaster", "", "Non recapitabile", "Il messaggio a {a} non è stato recapitato.", RETURNED),
    ("Exchange, Polish", "postmaster", "", "Niedostarczalna wiadomość", "Nie można dostarczyć do {a}.", RETURNED),
    ("Exchange, Dutch", "postmaster", "", "Onbestelbaar", "Uw bericht aan {a} kan niet worden bezorgd.", RETURNED),
    ("Exchange, Czech", "postmaster", "", "Nedoručitelné", "Zprávu pro {a} nelze doručit.", RETURNED),
    ("Office 365", "postmaster", "", "Undeliverable: Fatura", "Your message to {a} couldn't be delivered.", RETURNED),
    ("Lotus Notes", "postmaster", "", "Undeliverable message", "------- Failure Reasons  --------\n\nUser not listed\n{a}\n\n"
     "------- Returned Message --------", RETURNED),
    ("Domino", "Mailer-Daemon", "", "DELIVERY FAILURE: User not listed", "Your message was not delivered to: {a}", INDENTED),
    ("MDaemon", "MDaemon", "", "Permanent Delivery Failure", "<{a}>\n550 unknown recipient", RETURNED),
    ("IMail", "postmaster", "", "Undeliverable Mail", "unknown user: {a}\n\nOriginal message follows.\n", RETURNED),
    ("hMailServer", "mailer-daemon", "", "Message undeliverable: Fatura", "Recipient: {a}\nReason: 550 Unknown user", RETURNED),
    ("MailEnable", "postmaster", "", "Message Delivery Failure", "Recipient: [SMTP:{a}]\nReason: 550 no such user", RETURNED),
    ("Barracuda", "postmaster", "", "Mail could not be delivered", "The message to {a} was rejected.", QUOTED),
    ("mimecast", "postmaster", "", "[Postmaster] Email Delivery Failure", "Delivery to {a} failed: 550 Administrative", RETURNED),
    ("MessageLabs", "MAILER-DAEMON", "", "Mail Delivery Failure", "<{a}>: 550 Invalid recipient", RETURNED),
    ("MXLogic", "Mail Delivery System", "", "Mail delivery failed", "Undeliverable to {a}", RETURNED),
    ("Trend Micro", "MAILER-DAEMON", "", "Mail could not be delivered", "Sent <<< RCPT TO:<{a}>\nReceived >>> 550 no", RETURNED),
    ("SurfControl", "MAILER-DAEMON", "", "Message not delivered", "Reason: 550 {a} unknown user account", RETURNED),
    ("MailMarshal", "postmaster", "", "Undeliverable Mail: Fatura", "Your message could not be delivered to:\n{a}", RETURNED),
    ("MailFoundry", "MAILER-DAEMON", "", "Message delivery has failed", "responded: 552 mailbox {a} is over quota temporarily\n"
     "This is a permanent failure. No further delivery attempts will be made.", RETURNED),
    ("PowerMTA", "bounces", "", "Delivery report", "Delivery to the following recipient failed: {a}", RETURNED),
    ("SendGrid", "postmaster", "", "Delivery failure", "550 5.1.1 {a} does not exist", RETURNED),
    ("Apache James", "post_master", "", "Re: Fatura", "Error: Invalid user address {a}\n550 - no such user here", RETURNED),
    ("Mercury", "postmaster", "", "Postmaster Notify: Delivery Failure", "The address {a} was not found.", RETURNED),
    ("GroupWise", "Mailer-Daemon", "", "Message status - undeliverable", "The message to {a} was undeliverable.", RETURNED),
    ("Facebook", "mailer-daemon", "", "Sorry, your message could not be delivered", "{a}: 550 5.1.1 RCP-P1", RETURNED),
    ("OVH", "MAILER-DAEMON", "", "failure notice", "<{a}>:\nuser does not exist, but will deliver nothing", RETURNED),
    ("Orange", "postmaster", "", "Échec de remise", "La boîte aux lettres de {a} n'existe pas.", RETURNED),
    ("UOL", "MAILER-DAEMON", "", "Mensagem devolvida", "A mensagem para {a} não foi entregue: caixa cheia", RETURNED),
    ("Locaweb", "postmaster", "", "Falha na entrega", "Usuário {a} não encontrado.", RETURNED),
    ("T-Online", "postmaster", "", "Nachricht unzustellbar", "{a}: Postfach voll", RETURNED),
    ("Seznam", "mailer-daemon", "", "Nedoručená zpráva", "Schránka {a} neexistuje.", RETURNED),
    ("Onet", "mailer-daemon", "", "Niedostarczona wiadomość", "{a}: skrzynka nie istnieje", RETURNED),
    ("Libero", "postmaster", "", "Mancata consegna", "La casella {a} non esiste.", RETURNED),
    ("au one", "no-reply", "", "メールエラー通知", "{a} 送信できませんでした。", RETURNED),
    ("QQ", "PostMaster", "", "系统退信", "无法发送到 {a}", RETURNED),
    ("no name", "postmaster", "", "About your mail", "<{a}>: 552 5.2.2 mailbox is full\n\n--- headers ---", RETURNED),
    ("id in the text", "postmaster", "", "Undeliverable", "{a} is unknown.\nMessage-ID of it: {m}", ""),
    ("no header returned but To", "postmaster", "", "Undeliverable", "It failed.", RETURNED),
]
NO_FAILURES = [
    (dsn.DELAYED, "mailer-daemon", "Auto-Submitted: auto-replied\n", "Warning: message 1 delayed 24 hours",
     "has not yet been delivered to {a}. No action is required. Delivery attempts will continue for some time. Eventually the "
     "mail delivery software will give up.", RETURNED),
    (dsn.DELAYED, "MAILER-DAEMON", "", "Warning: could not send message for past 4 hours",
     "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n{a}... Deferred: 451 try later", RETURNED),
    (dsn.DELAYED, "mailer-daemon", "", "Delivery Status Notification (Delay)",
     "There was a temporary problem delivering to {a}. Gmail will retry for 47 more hours.", RETURNED),
    (dsn.DELAYED, "postmaster", "", "Verzögerung", "An {a} noch nicht zugestellt.", RETURNED),
    (dsn.DELIVERED, "postmaster", "", "Success", "Your mail was successfully delivered to {a}.", RETURNED),
    (dsn.AUTOMATIC, "ana", "Auto-Submitted: auto-replied\n", "Automatic reply: Fatura",
     "I no longer work here. Mail to {a} is not delivered. 550 5.1.1", RETURNED),
    (dsn.AUTOMATIC, "ana", "", "Abwesenheitsnotiz", "Ich bin nicht da.", QUOTED),
    (dsn.AUTOMATIC, "ana", "X-Autoreply: yes\n", "Re: Fatura", "Obrigado", QUOTED),
    (dsn.UNCLEAR, "postmaster", "", "Your mail", "We looked at your mail to {a}.", RETURNED),
    (dsn.UNCLEAR, "ana", "", "Re: Fatura", "The invoice over 550 EUR is wrong, it failed our check.", QUOTED),
]


def parse(raw):
    return email.message_from_bytes(mail_headers.tame(raw), policy=email.policy.SMTP)


def read(raw):
    return dsn.read_report(parse(raw))


def plain(sender, headers, subject, text, returned):
    head = f"From: {sender}@mx.host.example\nTo: bounce@vendas.example\n{headers}Subject: {subject}\n\n{text}\n\n"
    return head.replace("{a}", ANA).replace("{m}", MID) + returned


def report(kind, part, returned=RETURNED, attach="message/rfc822"):
    """A ``multipart/report`` of a part for machines and the returned mail."""
    last = f"--B\nContent-Type: {attach}\n\n{returned}" if returned else ""
    return (f"From: mail@mx.host.example\nTo: bounce@vendas.example\nSubject: Report\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=B\n\n--B\n\nSee below.\n--B\n{part}\n{last}--B--\n")


def status(text, **options):
    return report("delivery-status", f"Content-Type: message/delivery-status\n\n{text}\n", **options)


class TestPlain(unittest.TestCase):
    def test_failures(self):
        self.assertGreaterEqual(len(FAILED_FORMS), 60)
        for system, *form in FAILED_FORMS:
            with self.subTest(system=system):
                found = read(plain(*form))
                self.assertEqual(found.kind, dsn.FAILED)
                self.assertTrue(found.machine)
                self.assertIn(ANA, found.fates[0].addresses + found.returned_to)
                self.assertNotIn(RUI, found.fates[0].addresses + found.returned_to)
                self.assertIn(MID, found.message_ids[0])
                self.assertTrue(found.fates[0].text)

    def test_no_failures(self):
        for kind, *form in NO_FAILURES:
            with self.subTest(kind=kind, subject=form[2]):
                self.assertEqual(read(plain(*form)).kind, kind)

    def test_words_start_with_the_code(self):
        text = read(plain("postmaster", "", "Undeliverable", "Dear sender,\n<{a}>: 552 5.2.2 mailbox full", RETURNED))
        self.assertTrue(text.fates[0].text.startswith("552 5.2.2 mailbox full"), text.fates)


class TestReports(unittest.TestCase):
    def test_actions(self):
        for action, code, kind in (
            ("failed", "5.1.1", "failed"), ("expired", "4.4.7", "failed"), ("failed", "4.4.7", "failed"),
            ("delayed", "4.4.1", "delayed"), ("delivered", "2.0.0", "delivered"), ("relayed", "2.0.0", "delivered"),
            ("expanded", "2.0.0", "delivered"), ("", "5.1.1", "failed"), ("", "4.4.1", "delayed"), ("", "2.1.5", "delivered"),
            ("FAILED (permanent)", "5.0.0", "failed"),
        ):
            for gap in ("\n", ""):
                for name in ("Final-Recipient", "Original-Recipient"):
                    with self.subTest(action=action, code=code, gap=gap, name=name):
                        found = read(status(
                            f"Reporting-MTA: dns; mx\n{gap}{name}: rfc822; {ANA}\nAction: {action}\nStatus: {code}\n"))
                        [fate] = found.fates
                        self.assertEqual((fate.kind, fate.addresses, fate.explicit), (kind, (ANA,), True))
                        self.assertEqual(found.message_ids[0], (MID,))

    def test_each_block(self):
        blocks = [f"Final-Recipient: rfc822; {address}\nAction: {action}\n" for address, action in
                  ((ANA, "failed"), (RUI, "delivered"))]
        for text in ("Reporting-MTA: dns; mx\n\n" + "\n".join(blocks), "Reporting-MTA: dns; mx\n" + "".join(blocks)):
            fates = read(status(text)).fates
            self.assertEqual([(fate.kind, fate.addresses) for fate in fates],
                             [(dsn.FAILED, (ANA,)), (dsn.DELIVERED, (RUI,))])

    def test_returned_in_whatever_form(self):
        """Whole or its header alone, as it is or encoded, under the types that RFC 3462 and 6533 name and others."""
        encoded = base64.encodebytes(RETURNED.replace("{a}", ANA).replace("{m}", MID).encode()).decode()
        for kind in ("message/rfc822", "message/global", "message/global-headers", "text/rfc822-headers",
                     "message/rfc822-headers", "text/rfc822", "message/news", "application/octet-stream; name=a.eml",
                     "application/x-unknown"):
            for encoding in ("", "\nContent-Transfer-Encoding: 8bit", "\nContent-Transfer-Encoding: base64"):
                with self.subTest(kind=kind, encoding=encoding):
                    returned = encoded if "base64" in encoding else RETURNED
                    found = read(status(
                        f"Final-Recipient: rfc822; {ANA}\nAction: failed\n", returned=returned, attach=kind + encoding))
                    self.assertEqual((found.message_ids[0], found.returned_to), ((MID,), (ANA,)))

    def test_returned_as_headers_only(self):
        found = read(status(f"Final-Recipient: rfc822; {ANA}\nAction: failed\n", attach="text/rfc822-headers"))
        self.assertEqual((found.message_ids[0], found.returned_to), ((MID,), (ANA,)))

    def test_forwarded(self):
        inner = status(f"Final-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1\n")
        for raw in (
            "From: eva@vendas.example\nSubject: Fwd\nContent-Type: multipart/mixed; boundary=F\n\n--F\n\nsee\n--F\n"
            f"Content-Type: message/rfc822\n\n{inner}--F--\n",
            "From: eva@vendas.example\nSubject: Fwd\n\n" + "".join(f"> {line}\n" for line in inner.splitlines()),
        ):
            found = read(raw)
            self.assertEqual((found.kind, found.fates[0].addresses), (dsn.FAILED, (ANA,)))
            self.assertTrue(any(MID in group for group in found.message_ids))

    def test_encoded_status(self):
        text = "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFuYUBjbGllbnRlLmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo="
        part = f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{text}\n"
        self.assertEqual(read(report("delivery-status", part)).fates[0].addresses, (ANA,))

    def test_complaints_and_receipts(self):
        for kind, subtype, fields, expected in (
            ("feedback-report", "feedback-report", f"Feedback-Type: abuse\nOriginal-Rcpt-To: {ANA}", dsn.COMPLAINT),
            ("feedback-report", "feedback-report", "Feedback-Type: fraud", dsn.COMPLAINT),
            ("feedback-report", "feedback-report", "Feedback-Type: auth-failure", dsn.UNCLEAR),
            ("feedback-report", "feedback-report", "Feedback-Type: not-spam", dsn.UNCLEAR),
            ("disposition-notification", "disposition-notification",
             f"Final-Recipient: rfc822; {ANA}\nDisposition: manual-action/MDN-sent-manually; displayed", dsn.RECEIPT),
            ("disposition-notification", "disposition-notification",
             f"Final-Recipient: rfc822; {ANA}\nDisposition: automatic-action/MDN-sent-automatically; deleted", dsn.RECEIPT),
        ):
            with self.subTest(fields=fields):
                self.assertEqual(read(report(kind, f"Content-Type: message/{subtype}\n\n{fields}\n")).kind, expected)

    def test_complaint_of_hotmail(self):
        raw = ("From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\n"
               "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: message/rfc822\n\n"
               f"X-HmXmrOriginalRecipient: {ANA}\n{RETURNED}--B--\n")
        self.assertEqual(read(raw).kind, dsn.COMPLAINT)


class TestRelay(unittest.TestCase):
    def test_ids(self):
        for reply, expected in (
            ("250 Ok 0102018f2a3b4c5d-11111111-2222-3333-4444-555555555555-000000",
             "0102018f2a3b4c5d-11111111-2222-3333-4444-555555555555-000000"),
            ("250 2.0.0 Ok: queued as 4XyZ12abcdEF", "4XyZ12abcdEF"),
            ("250 OK id=1aBcDe-0001xy-2Z", "1aBcDe-0001xy-2Z"),
            ("250 2.0.0 OK: queued as <202611301000.12345678@relay.example>", "202611301000.12345678"),
            ("250 OK", ""), ("250 2.0.0 Message accepted for delivery", ""), ("550 no 123456789012345678", ""), ("", ""), (None, ""),
            ("250 ok", ""),
        ):
            with self.subTest(reply=reply):
                self.assertEqual(dsn.relay_id(reply), expected)

    def test_found_in_the_returned_header(self):
        mark = "0102018f2a3b4c5d-11111111-2222-3333-4444-555555555555-000000"
        returned = RETURNED.replace(MID, f"<{mark}@eu-west-1.relay.example>")
        found = read(status(f"Final-Recipient: rfc822; {ANA}\nAction: failed\n", returned=returned))
        self.assertIn(mark, found.marks)


class TestHostile(unittest.TestCase):
    ODD = st.text("a@<>:;,.\"'()[]{}=?-\n\r\t >|5\\/é\x00", max_size=300)
    HEAD = st.sampled_from([
        "Content-Type: message/delivery-status", "Content-Type: multipart/report; boundary=B", "Content-Type: message/rfc822",
        "Content-Type: text/html; charset=", "Content-Transfer-Encoding: base64", "X-Failed-Recipients: ", "Subject: =?",
        "Content-Type: message/feedback-report", "Content-Type: text/rfc822-headers", "Final-Recipient: rfc822;", "--B", "",
        "Message-ID: <", "From: mailer-daemon@x", "> Received: x", "550 5.1.1 ",
    ])

    @settings(deadline=None, max_examples=examples(300), derandomize=True, database=None)
    @given(st.lists(st.tuples(HEAD, ODD), max_size=12))
    def test_nothing_raises(self, lines):
        raw = "\n".join(head + odd for head, odd in lines)
        message = email.message_from_bytes(raw.encode("utf-8", "replace"), policy=email.policy.SMTP)
        self.assertTrue(dsn.read_report(message).fates)
        self.assertTrue(dsn.read_report(email.message_from_string(raw)).fates)

    def test_large_ones_are_quick(self):
        signs = ("a@", "<a@b>", "message-id: ", "550 ", "not be ", "x: y\n", "> ", "<", "\n", "recipient ", "&amp;", " ")
        kinds = ("text/plain", "text/html", "message/delivery-status")
        for sign, kind in sample(product(signs, kinds), 12):
            with self.subTest(sign=sign, kind=kind):
                self._quick(f"From: mailer-daemon@x.y\nContent-Type: {kind}\n\n" + sign * (500_000 // len(sign)))

    def test_headers_are_quick(self):
        names = ("To", "From", "Cc", "Content-Type", "Content-Disposition", "Subject", "References", "Message-ID")
        signs = ('"', '(")', "a ", ".", "(", ";", '"a"', "a@b,", 'a@b,"', "(@", "=?utf-8?q?a?= ", "\\")
        for name, sign in sample(product(names, signs), 32):
            with self.subTest(name=name, sign=sign):
                self._quick(f"{name}: x{sign * (10_000 // len(sign))}\n\nx", header=name)

    def _quick(self, raw, header="Subject"):
        start = time.process_time()
        message = parse(raw)
        dsn.read_report(message)
        try:
            for _time in range(3):
                message.get(header)
        except (IndexError, AttributeError, TypeError):
            pass  # the parser's own, and soon
        self.assertLess(time.process_time() - start, 5)

    def test_parts_are_few(self):
        """However the parser is told of them."""
        for kind in (
            "multipart/mixed; boundary=B", 'multipart/mixed; boundary=""', "multipart/mixed; boundary*=utf-8''%42",
            "multipart/mixed; boundary*0=B", "multipart/mixed; boundary=(x)B", "multipart/mixed; boundary= =?utf-8?q?B?=",
            'multipart/mixed; name="; boundary=A"; boundary=B', "\n message/delivery-status", "message/delivery-status",
        ):
            for end in ("\n", "\r\n", "\r"):
                for border in ("--B", "--"):
                    with self.subTest(kind=kind, end=end, border=border):
                        raw = f"Content-Type: {kind}\n\n" + f"{border}\n\na\n\n" * 3000
                        self.assertLess(len(list(parse(raw.replace("\n", end)).walk())), 600)
        for raw in ("Content-Type: message/rfc822\n\n" * 300, "".join(
                f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(300))):
            self.assertLess(len(list(parse(raw).walk())), 40)

    def test_honest_headers_stay(self):
        raw = (
            "From: =?utf-8?q?Jo=C3=A3o?= Silva <joao@silva.example>\r\n"
            + "To: " + ",\r\n ".join(f'"Silva, Ana {n} (compras)" <ana{n}@silva.example>' for n in range(40)) + "\r\n"
            "References: " + "\r\n ".join(f"<{n}.abc@x.example>" for n in range(100)) + "\r\n"
            'Content-Type: multipart/mixed; boundary="----=_Part_1_2.3"\r\n\r\n------=_Part_1_2.3\r\nContent-Type: '
            'application/pdf; name="Fatura.pdf"\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8\'\'F%C3%A1;\r\n '
            "filename*1*=tura.pdf\r\n\r\nx\r\n------=_Part_1_2.3--\r\n"
        ).encode()
        self.assertEqual(mail_headers.tame(raw), raw)

    def test_honest_reports_stay(self):
        """What people read of it too; its blocks are told apart by one empty line."""
        raw = ("Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"B 1\"\r\n\r\n--B 1\r\n\r\n"
               + "It failed.\r\n\r\n\r\n\r\n" * 400 + "--B 1\r\nContent-Type:\r\n message/delivery-status\r\n\r\n").encode()
        blocks = b"Reporting-MTA: dns; mx\r\n" + b"\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nX-A: b\r\n" * 300
        blocks += b"--B 1--\r\n"
        self.assertEqual(mail_headers.tame(raw), raw.removesuffix(b"\r\n\r\n") + b"\n\n")
        self.assertEqual(mail_headers.tame(raw + blocks).count(b"Final-Recipient"), 300)
