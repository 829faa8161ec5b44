"""NF-e: what a file is, what stands in it, and each question about it."""

import unittest
from collections import Counter
from datetime import date
from decimal import Decimal

from nfe_samples import (
    COMPANY,
    CUSTOMER,
    EMITTER,
    IDE,
    NAMESPACE,
    OPEN,
    PERSON,
    RECIPIENT,
    STRANGER,
    authorized,
    document,
    event,
    key_of,
    party,
    protocol,
    samples,
)

from tools.brazil import nfe, nfe_checks
from tools.brazil.checks import ERROR, OK, WARNING, tax_id, worst
from tools.brazil.nfe import read

KEY = key_of(IDE)
FARMER = party("emit", "CPF", PERSON, "Sítio")


class TestSamples(unittest.TestCase):
    def test_of_nfe(self):
        """All of nfelib's: 17 are authorised, one has no protocol, one is a shop's receipt, one a request."""
        kinds = Counter(read(content).kind for content in samples("nfe/**").values())
        self.assertEqual(kinds, {nfe.AUTHORIZED: 17, nfe.UNPROVEN: 1, nfe.CONSUMER: 1, nfe.OTHER: 1})

    def test_of_events(self):
        [content] = samples("nfe_evento_cce/**").values()
        found = read(content)
        self.assertEqual((found.kind, found.event.type), (nfe.EVENT_UNPROVEN, nfe.CORRECTION))
        self.assertEqual(found.event.text, "VOLUME: 4 VOLUMES")

    def test_of_other_documents(self):
        others = {path: content for path, content in samples().items() if not path.startswith("nfe")}
        others |= samples("nfse/**")
        self.assertGreater(len(others), 20)
        for path, content in others.items():
            with self.subTest(path):
                self.assertEqual(read(content).kind, nfe.OTHER)

    def test_what_stands_in_them(self):
        """The name of a file is its key; real ones pass every question."""
        passed = 0
        for path, content in samples("nfe/**/leiauteNFe").items():
            found = read(content)
            if found.kind != nfe.AUTHORIZED or found.environment != nfe.PRODUCTION or "reforma" in path:
                continue
            with self.subTest(path):
                self.assertIn(found.key, path)
                self.assertEqual(found.protocol_key, found.key)
                self.assertTrue(found.emitter.name and found.recipient.name and found.issued and found.protocol)
                self.assertEqual(f"{found.number:09}", found.key[25:34])
                checks = nfe_checks.check(found, found.key[6:20], found.recipient.tax_id, found.total)
                self.assertEqual(worst(checks), OK, checks)
                passed += 1
        self.assertEqual(passed, 14)


class TestRead(unittest.TestCase):
    def test_authorized(self):
        found = read(authorized())
        self.assertEqual(
            (found.kind, found.problem, found.root, found.key, found.model, found.series, found.number),
            (nfe.AUTHORIZED, None, "nfeProc", KEY, "55", 1, 4711))
        self.assertEqual(found.issued.isoformat(), "2026-11-20T10:30:00-03:00")
        self.assertEqual(found.authorized.isoformat(), "2026-11-20T10:31:02-03:00")
        self.assertEqual((found.environment, found.status, found.protocol), ("1", "100", "135260001234567"))
        self.assertEqual(found.emitter, nfe.Party("CNPJ", COMPANY, "AURORA FERRAMENTAS LTDA"))
        self.assertEqual(found.recipient, nfe.Party("CNPJ", CUSTOMER, "Padaria São João & Filhos"))
        self.assertEqual(found.total, Decimal("1500.00"))
        self.assertEqual(found.instalments, (
            nfe.Instalment("001", date(2026, 12, 20), Decimal("750.00")),
            nfe.Instalment("002", date(2027, 1, 20), Decimal("750.00")),
        ))

    def test_kinds(self):
        consumer = IDE | {"mod": "65"}
        for content, kind in (
            (document().encode(), nfe.UNPROVEN),
            (authorized(proof=""), nfe.UNPROVEN),
            (authorized(proof=protocol("150")), nfe.AUTHORIZED),
            *((authorized(proof=protocol(status)), nfe.DENIED) for status in ("110", "301", "302", "303")),
            (authorized(proof=protocol("204")), nfe.REFUSED),
            (authorized(proof=protocol("")), nfe.REFUSED),
            (authorized(document(consumer), protocol(key=key_of(consumer))), nfe.CONSUMER),
            (authorized(document({"mod": "57"})), nfe.DAMAGED),
            (authorized(""), nfe.DAMAGED),
            (authorized(document() * 2), nfe.DAMAGED),
            (authorized(proof=protocol() * 2), nfe.UNPROVEN),
            (event(), nfe.EVENT),
            (event(status="573"), nfe.EVENT_UNPROVEN),
            (f"<evento {OPEN}/>".encode(), nfe.DAMAGED),
            (authorized().replace(b"portalfiscal.inf.br/nfe", b"portalfiscal.inf.br/cte"), nfe.OTHER),
            (authorized().replace(OPEN.encode(), b""), nfe.DAMAGED),
            (b"<html><body/></html>", nfe.OTHER),
        ):
            with self.subTest(kind=kind, content=content[-300:]):
                self.assertEqual(read(content).kind, kind)

    def test_prefixed_namespace(self):
        """What counts is the namespace, not how it is written."""
        content = authorized().replace(b"<", b"<n:").replace(b"<n:/", b"</n:").replace(b"<n:?", b"<?")
        self.assertEqual(read(content.replace(OPEN.encode(), f'xmlns:n="{NAMESPACE}"'.encode())), read(authorized()))

    def test_encodings(self):
        text = authorized().decode().replace("UTF-8", "{}")
        for declared, encoding in (
            ("UTF-8", "utf-8"), ("utf-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("UTF-16LE", "utf-16-le"),
            ("UTF-16BE", "utf-16-be"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"),
        ):
            with self.subTest(encoding=encoding):
                self.assertEqual(read(text.format(declared).encode(encoding)), read(authorized()))

    def test_recipients(self):
        for xml, expected in (
            (party("dest", "CPF", PERSON, "Ana"), nfe.Party("CPF", PERSON, "Ana")),
            (party("dest", "idEstrangeiro", "AB123", "Kowalski"), nfe.Party("idEstrangeiro", "AB123", "Kowalski")),
            ("<dest><idEstrangeiro/><xNome>Novák</xNome></dest>", nfe.Party("idEstrangeiro", "", "Novák")),
            ("<dest><xNome>Ana</xNome></dest>", nfe.Party("", "", "Ana")),
            ("", None), (RECIPIENT * 2, None),
        ):
            with self.subTest(xml):
                self.assertEqual(read(authorized(document(recipient=xml))).recipient, expected)

    def test_unusable_values(self):
        """They are absent, and nothing is made up for them."""
        for amount in ("NaN", "Infinity", "1E999999999", "-1.00", "1,50", "١٢", "1" * 5000, "", "1<x/>2"):
            with self.subTest(amount=amount[:20]):
                self.assertIsNone(read(authorized(document(total=amount))).total)
        for moment in ("0001-01-01T00:00:00+14:00", "2026-02-30T10:00:00-03:00", "2026-11-20", "hoje", "",
                       "2026-11-20T10:30:00-99:00"):
            with self.subTest(moment=moment):
                self.assertIsNone(read(authorized(document({"dhEmi": moment}, key=KEY))).issued)
        for due in ("2026-02-30", "20261220", "0000-00-00"):
            with self.subTest(due=due):
                [instalment] = read(authorized(document(collection=f"<cobr><dup><dVenc>{due}</dVenc></dup></cobr>"))
                                    ).instalments
                self.assertEqual(instalment, nfe.Instalment("", None, None))
        found = read(authorized(document({"nNF": "१२", "serie": "9" * 5000}, key=KEY)))
        self.assertEqual((found.number, found.series), (None, None))

    def test_comments_split_nothing(self):
        content = authorized().replace(b"<vNF>1500.00", b"<vNF>15<!-- -->00<?a?>.00")
        self.assertEqual(read(content).total, Decimal("1500.00"))

    def test_events(self):
        found = read(event())
        self.assertEqual((found.key, found.protocol_key, found.status), (KEY, KEY, "135"))
        self.assertEqual((found.protocol, found.environment), ("135260007654321", "1"))
        self.assertEqual((found.event.type, found.event.sequence, found.event.author), ("110110", 1, COMPANY))
        self.assertEqual(found.event.text, "Volumes: 4")
        self.assertEqual(found.event.date.isoformat(), "2026-11-21T09:00:00-03:00")
        self.assertEqual(found.authorized.isoformat(), "2026-11-21T09:00:05-03:00")
        self.assertEqual(read(event("110111", "<xJust>Erro de digitação</xJust>")).event.text, "Erro de digitação")

    def test_keys(self):
        self.assertTrue(nfe.is_key("35180834128745000152550010000474281920007498"))
        self.assertTrue(nfe.is_key(KEY))
        for text in ("", KEY[:-1], KEY.lower(), KEY[:43] + str((int(KEY[43]) + 1) % 10), "A" + KEY[1:], KEY + "\n"):
            with self.subTest(text):
                self.assertFalse(nfe.is_key(text))


class TestChecks(unittest.TestCase):
    def results(self, content, company=COMPANY, partner=CUSTOMER, amount=1500.0, **options):
        """What is not right: its code and how grave it is."""
        checks = nfe_checks.check(read(content), company, partner, amount, **options)
        return {check.code: check.result for check in checks if check.result != OK}

    def test_all_right(self):
        checks = nfe_checks.check(read(authorized()), COMPANY, CUSTOMER, Decimal("1500"))
        self.assertEqual([check.code for check in checks], [
            nfe_checks.ROOT, nfe_checks.MODEL, nfe_checks.STATUS, nfe_checks.KEY, nfe_checks.KEY_PARTS,
            nfe_checks.PROTOCOL_KEY, nfe_checks.EMITTER_KEY, nfe_checks.COMPANY, nfe_checks.RECIPIENT,
            nfe_checks.TOTAL, nfe_checks.ENVIRONMENT,
        ])
        self.assertEqual(worst(checks), OK)
        self.assertEqual(len(nfe_checks.check(read(authorized()), COMPANY)), 9, "what is not given is not asked")

    def test_each_error(self):
        receipt, other = IDE | {"mod": "65"}, IDE | {"nNF": "4712"}
        wrong = KEY[:43] + str((int(KEY[43]) + 1) % 10)
        theirs = party("emit", "CNPJ", STRANGER, "Outra")
        for content, expected in (
            (document().encode(), {"root", "status", "protocol_key"}),
            (authorized(document(receipt), protocol(key=key_of(receipt))), {"model"}),
            (authorized(proof=protocol("301")), {"status"}),
            (authorized(proof=protocol(key=key_of(other))), {"protocol_key"}),
            (authorized(proof=""), {"status", "protocol_key"}),
            (authorized(document(key=wrong), protocol(key=wrong)), {"key"}),
            (authorized(document(other, key=KEY)), {"key_parts"}),
            (authorized(document(emitter=theirs)), {"emitter_key", "company"}),
            (authorized(document(emitter=EMITTER * 2)), {"emitter_key", "company"}),
            (authorized(document(emitter=theirs, key=key_of(IDE, STRANGER)), protocol(key=key_of(IDE, STRANGER))),
             {"company"}),
            (authorized(document(key="")).replace(b'Id="NFe', b'Id="'), {"key", "key_parts", "protocol_key",
                                                                         "emitter_key"}),
            (authorized(""), {"root"}), (b"%PDF-1.4", {"root"}), (b"<html/>", {"root"}), (b"", {"root"}),
        ):
            with self.subTest(expected=expected):
                self.assertEqual(self.results(content), dict.fromkeys(expected, ERROR))

    def test_each_warning(self):
        for content, options, code in (
            (authorized(), {"partner": STRANGER}, "recipient"),
            (authorized(document(recipient="")), {}, "recipient"),
            (authorized(), {"amount": 1500.01}, "total"),
            (authorized(document(total="")), {}, "total"),
            (authorized(document({"tpAmb": "2"})), {}, "environment"),
            (authorized(proof=protocol(environment="2")), {}, "environment"),
        ):
            with self.subTest(code=code):
                self.assertEqual(self.results(content, **options), {code: WARNING})

    def test_notations(self):
        """Tax numbers are the same however they are written, totals up to half a centavo."""
        self.assertEqual(self.results(authorized(), company="br 12.abc.345/01de-35", partner="44.555.666/0001-72",
                                      amount=1500.004), {})
        for text, expected in (("BR12ABC34501DE35", COMPANY), ("BR52998224725", PERSON),
                               ("BR12345601DE35", "BR12345601DE35"), (False, ""), ("529.982.247-25", PERSON)):
            with self.subTest(text):
                self.assertEqual(tax_id(text), expected)

    def test_company_without_number(self):
        """Nothing is the own document of nobody."""
        nobody = authorized(document(emitter="<emit><CNPJ/></emit>"))
        for company in (None, "", False, "/", COMPANY[:8]):
            with self.subTest(company=company):
                self.assertEqual(self.results(authorized(), company=company), {"company": ERROR})
                self.assertIn("company", self.results(nobody, company=company))

    def test_farmer(self):
        """Persons issue too; the key has zeros before their CPF."""
        key = key_of(IDE, PERSON)
        self.assertEqual(self.results(authorized(document(emitter=FARMER, key=key), protocol(key=key)), PERSON), {})

    def test_customer_without_number(self):
        """Nobody knows whether it is theirs; abroad, numbers are rarely kept."""
        self.assertEqual(self.results(authorized(), partner=None), {})
        self.assertEqual(self.results(authorized(), partner=""), {"recipient": WARNING})
        abroad = authorized(document(recipient=party("dest", "idEstrangeiro", "501442600", "Silva, Lda")))
        self.assertEqual(self.results(abroad, partner=""), {})

    def test_abroad(self):
        for number, partner, expected in (
            ("501442600", "PT501442600", {}), ("501442600", "501442600", {}), ("", "PT501442600", {}),
            ("501442600", "PT999999990", {"recipient": WARNING}),
        ):
            with self.subTest(number=number, partner=partner):
                content = authorized(document(recipient=party("dest", "idEstrangeiro", number, "Silva, Lda")))
                self.assertEqual(self.results(content, partner=partner), expected)

    def test_events(self):
        other = key_of(IDE, STRANGER)
        for content, expected in (
            (event(), {}), (event("110111"), {}), (event(status="155"), {}),
            (event("210200"), {"event_type": ERROR}),
            (event(status="573"), {"status": ERROR}),
            (event(answered=other), {"protocol_key": ERROR}),
            (event(author=STRANGER), {"company": ERROR}),
            (event(key=other), {"company": ERROR, "event_key": ERROR}),
            (event(key=KEY[:43]), {"key": ERROR, "event_key": ERROR}),
            (event(environment="2"), {"environment": WARNING}),
        ):
            with self.subTest(expected=expected):
                self.assertEqual(self.results(content, key=KEY), expected)
        [sample] = samples("nfe_evento_cce/**").values()
        self.assertIn("root", self.results(sample))
