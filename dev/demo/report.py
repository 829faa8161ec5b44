"""Tell what became of each document of the demo company, and compare it with what had to become of it.

Three witnesses are heard: the fates of the demo's table, the addon's dispatches, and the envelopes that the mail server
received. The addon's own choice of recipients is never asked.
"""

import io
import re
from collections import Counter
from dataclasses import dataclass

from pypdf import PdfReader

from odoo.addons.document_dispatch.demo.data import BOLETO, COMPANIES, CUSTOMERS, DOCUMENTS, FILES, NFE, ORDER

from dev.demo.fates import FATES

WIDTHS = (16, 27, 35, 21, 10)
WHY = {
    "general": "general address", "general_company": "address of company",
    **{f"flag_{role}": f"{role} flag" for role in ("nf", "financial", "invoice", "quote", "order")},
    "duty": "required by law", "refused": "customer refuses e-mail", "no_address": "no valid address",
}
# Words that tell a language from the others that the demo speaks.
WORDS = {
    "pt_BR": {"aqui", "está", "sua", "não", "uma", "tiver", "você", "pelo", "pagamento"},
    "pl_PL": {"się", "jest", "nie", "prosimy", "wszelkich", "oto", "razie", "pytań", "wahaj", "kwocie", "przez"},
    "cs_CZ": {"zde", "je", "váš", "vaše", "ve", "výši", "neváhejte", "nás", "máte", "prosím"},
    "es_AR": {"aquí", "está", "su", "por", "dude", "tiene", "usted", "alguna", "pago"},
    "fr_FR": {"bonjour", "voici", "votre", "vous", "nous", "avez", "des", "pas"},
    "en_US": {"dear", "here", "is", "your", "you", "have", "any", "please", "us"},
}
# How a page calls the quantity of a line.
QUANTITY = {"pt_BR": "Quantidade", "pl_PL": "Ilość", "cs_CZ": "Množství", "es_AR": "Cantidad", "fr_FR": "Quantité"}
PAGES_OF_LONG = 4
ADDRESS = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")


@dataclass
class Case:
    """A document of the table with its record and the addon's dispatches for it."""

    document: object
    fate: object
    customer: object
    record: object
    dispatches: object

    @property
    def name(self):
        """Return how people call the document."""
        if self.is_file:
            return f"{self.record.name} {self.document.kind}"
        return self.record.name if self.record.name not in (False, "/") else f"draft {self.document.ref}"

    @property
    def company(self):
        """Return the line of its company in the demo's table."""
        return COMPANIES[self.customer.company]

    @property
    def is_file(self):
        """Tell whether it is an NF-e or a boleto of an invoice."""
        return self.document.kind in (NFE, BOLETO)

    @property
    def in_subject(self):
        """Return what the subject of its mail says."""
        if self.document.kind == NFE:
            return [self.record.number]
        return ["Boleto", self.record.move_id.name] if self.is_file else [self.name]

    def wrong(self, what):
        """Return a problem of this document as one line."""
        return f"{self.name} ({self.customer.name}): {what}"


def report(env, messages):
    """Print what went, what stayed and why; return what is not as it has to be."""
    # those of files first: their subjects name the invoice, too
    cases = [_file_case(env, file) for file in FILES] + [_case(env, document) for document in DOCUMENTS]
    for key, company in COMPANIES.items():
        _print_company(company.name, [case for case in cases if case.customer.company == key])
    problems = [problem for case in cases for problem in _check_dispatches(case)]
    problems += _check_strangers(env, cases)
    problems += _check_envelopes(env, cases, messages)
    verdict = f"{len(problems)} things are not as they must be" if problems else "all as it must be"
    print(f"\n{len(cases)} documents, {len(messages)} mails: {verdict}\n")
    return problems


def _case(env, document):
    model, field = ("sale.order", "client_order_ref") if document.kind == ORDER else ("account.move", "ref")
    record = env[model].search([(field, "=", document.ref)])
    return _case_of(env, document, FATES[document.ref], document.customer, record, [
        ("res_model", "=", model), ("res_id", "=", record.id)])


def _file_case(env, file):
    record = env["document.dispatch.file"].search([("move_id.ref", "=", file.ref), ("kind", "=", file.kind)])
    of = next(document for document in DOCUMENTS if document.ref == file.ref).customer
    return _case_of(env, file, FATES[file.ref, file.kind], of, record, [("file_id", "=", record.id)])


def _case_of(env, document, fate, customer, record, domain):
    customer = next(one for one in CUSTOMERS if one.key == customer.split("/")[0])
    dispatches = env["document.dispatch"].search([*domain, ("state", "!=", "cancelled")])
    return Case(document, fate, customer, record.ensure_one(), dispatches)


# What is printed


def _print_company(company, cases):
    """Print what went and what stayed in one company, then the sum, down to the last document."""
    _print_table(f"{company}: by mail", ("document", "customer", "address", "why", "state"), [
        (case.name, case.customer.name, recipient.email, WHY.get(recipient.reason, recipient.reason), recipient.state)
        for case in cases for dispatch in case.dispatches for recipient in dispatch.recipient_ids
        if recipient.state != "queued" or dispatch.state == "queued"
    ])
    _print_table(f"{company}: stayed", ("document", "customer", "why", "where", "state"), [
        (case.name, case.customer.name, *_stay(case), case.record.dispatch_state or "-")
        for case in cases if not case.dispatches or case.dispatches.filtered(
            lambda dispatch: dispatch.state in ("paper", "review", "failed")
        )
    ])
    counts = Counter(case.record.dispatch_state or case.fate.why for case in cases)
    total = " + ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    print(f"\n{company}: {len(cases)} documents = {total}")


def _stay(case):
    """Return why a document did not go, and where it lies."""
    dispatch = case.dispatches[:1]
    if dispatch.channel == "paper":
        return WHY.get(dispatch.channel_reason, dispatch.channel_reason), "paper tray"
    if dispatch.state == "review":
        return ", ".join(dispatch.recipient_ids.mapped("email")), "a person looks"
    if dispatch:
        return dispatch.state_message or "", "with the clerk"
    return case.fate.why, "at home"


def _print_table(title, heads, lines):
    print(f"\n{title}\n")
    for line in (heads, tuple("-" * width for width in WIDTHS), *lines):
        print("  ".join(_cell(text, width) for text, width in zip(line, WIDTHS, strict=True)).rstrip())


def _cell(text, width):
    text = " ".join((text or "").split())
    return (text if len(text) <= width else text[:width - 1] + "…").ljust(width)


# What is compared


def _check_dispatches(case):
    """Yield where the addon's dispatches, or the state on the document, differ from the fate."""
    fate, dispatches = case.fate, case.dispatches
    if len(dispatches) != (fate.kind != "stays"):
        yield case.wrong(f"{len(dispatches)} dispatches, must be {int(fate.kind != 'stays')}")
        return
    found = {recipient.email: recipient.state for recipient in dispatches.recipient_ids}
    if (dispatches.state or "") != fate.state:
        yield case.wrong(f"is {dispatches.state}, must be {fate.state}. {dispatches.state_message or ''}".rstrip())
    elif found != fate.addresses:
        yield case.wrong(f"went to {found or 'nobody'}, must be {fate.addresses or 'nobody'}")
    elif fate.kind == "paper" and dispatches.channel_reason != fate.why:
        yield case.wrong(f"is on paper because of {dispatches.channel_reason}, must be {fate.why}")
    elif (case.record.dispatch_state or "") != (fate.state or getattr(case.document, "mark", "")):
        yield case.wrong(f"says {case.record.dispatch_state} of itself")


def _check_strangers(env, cases):
    """Yield dispatches of documents that the table does not know."""
    known = {dispatch.id for case in cases for dispatch in case.dispatches}
    for dispatch in env["document.dispatch"].search([("state", "!=", "cancelled")]):
        if dispatch.id not in known:
            yield f"{dispatch.document_name}: a dispatch that nobody asked for"


def _check_envelopes(env, cases, messages):
    """Yield where the envelopes that came differ from those that had to come, and what is wrong in them."""
    expected = Counter((case.name, address) for case in cases for address in _delivered(case))
    languages = _languages(env)
    received = Counter()
    for message in messages:
        case = _find(cases, message)
        if not case:
            yield f"a mail to {', '.join(message.recipients)} is about no document: {message.content['Subject']}"
            continue
        received.update((case.name, address) for address in message.recipients)
        for address in set(message.recipients) & set(_delivered(case)):
            yield from (case.wrong(f"{address}: {what}") for what in _faults(case, message, languages[address]))
    for (name, address), count in (expected - received).items():
        yield f"{name}: {address} got {count} mail too few"
    for (name, address), count in (received - expected).items():
        yield f"{name}: {address} got {count} mail too many"


def _delivered(case):
    return case.fate.sent if case.fate.kind == "mail" else ()


def _find(cases, message):
    """Return the document that the subject names; two companies may use the same numbers."""
    subject = str(message.content["Subject"])
    vistula = COMPANIES["vistula"].name in f"{message.content['From']}{subject}"
    for case in cases:
        if (case.customer.company == "vistula") == vistula and all(_names(subject, words) for words in case.in_subject):
            return case
    return None


def _names(text, number):
    """Tell whether a text holds this number, and not only as a part of another one."""
    return re.search(rf"(?<![\w/]){re.escape(number)}(?![\w/])", text) is not None


def _languages(env):
    """Return the language of everybody who has an address."""
    people = env["res.partner"].with_context(active_test=False).search([("email", "!=", False)])
    return {address: person.lang for person in people for address in ADDRESS.findall(person.email.lower())}


def _faults(case, message, lang):
    """Yield what is wrong in one mail: sender, language, the PDF."""
    if not message.content["From"].addresses[0].addr_spec.endswith(f"@{case.company.domain}"):
        yield f"comes from {message.content['From']}"
    if (spoken := _language(message)) != lang:
        yield f"speaks {spoken}, must speak {lang}"
    if case.is_file:
        yield from _faults_of_attached(case, message)
        return
    files = [part.get_payload(decode=True) for part in message.parts if part.get_content_type() == "application/pdf"]
    if len(files) != 1:
        yield f"{len(files)} PDF files"
    for file in files:
        yield from _faults_of_file(case, PdfReader(io.BytesIO(file)).pages)


def _faults_of_attached(case, message):
    """Yield what is wrong in a mail with an NF-e or a boleto: the very bytes, and the page of an NF-e."""
    files = [part.get_payload(decode=True) for part in message.parts if part.get_filename()]
    if case.record.attachment_id.raw not in files:
        yield "the file is not there byte for byte"
    if len(files) != 1 + (case.document.kind == NFE):
        yield f"{len(files)} files"


def _faults_of_file(case, pages):
    """Yield what is wrong in a PDF: it is of another document, in another language, or not whole."""
    words = " ".join(page.extract_text() for page in pages).split()
    # Letters of a second font stand on lines of their own.
    text = "".join(words)
    if not _names(" ".join(words), case.name):
        yield "the PDF does not name the document"
    for wanted in (case.customer.name, case.company.name, QUANTITY[case.customer.lang]):
        if wanted.replace(" ", "") not in text:
            yield f"the PDF does not say “{wanted}”"
    if case.document.lines == "long" and len(pages) < PAGES_OF_LONG:
        yield f"the long document has {len(pages)} pages"


def _language(message):
    """Return the language of a mail's text."""
    body = message.content.get_body(("html", "plain"))
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", body.get_content(), flags=re.DOTALL)
    words = set(re.findall(r"\w+", text.lower()))
    return max(WORDS, key=lambda lang: len(words & WORDS[lang]))
