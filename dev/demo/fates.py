"""What must become of each document of the demo companies.

Written by hand from the rules of choice: the flagged contacts at or below the document's own address win, then those of
the whole company, then the general address; a refusal wins over every flag. They are never computed, so that they can
prove the addon wrong.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fate:
    """By mail, on paper, in review, or nothing, and why."""

    kind: str
    sent: tuple = ()
    failed: tuple = ()
    deferred: tuple = ()
    why: str = ""

    @property
    def addresses(self):
        """Return each address with the state that its mail must have in the end."""
        states = {"sent": self.sent, "failed": self.failed, "deferred": self.deferred}
        if self.kind == "review":
            states = {"queued": self.sent}
        return {address: state for state, addresses in states.items() for address in addresses}

    @property
    def state(self):
        """Return the state of the dispatch, and so of its document."""
        if self.kind in ("paper", "review"):
            return self.kind
        if self.deferred:
            return "queued"
        return ("partial" if self.sent else "failed") if self.failed else "sent" if self.sent else ""


def mail(*sent, failed=(), deferred=()):
    """Goes by mail to these addresses, and the mail server of the demo turns some of them away."""
    return Fate("mail", sent, failed, deferred)


def review(*addresses):
    """Waits for a person, addressed to these."""
    return Fate("review", addresses)


def paper(why):
    """Lands in the paper tray."""
    return Fate("paper", why=why)


def stays(why):
    """Nothing happens."""
    return Fate("stays", why=why)


#: Fates, each with the order numbers of its documents; the flagged people at a company itself, those of its branches
OF_DOCUMENTS = (
    (mail("marcia@silva.com.br.example", "joao@silva.com.br.example"), ("PC-4501", "PC-4502", "PC-4503")),
    (mail("antonio@silva.com.br.example"), ("PC-4506", "PC-4507")),
    (mail("contas@saolucas.example", "financeiro@saolucas.example", "nfe@saolucas.example"),
     ("HSL-880", "HSL-871", "HSL-872")),
    (mail("fiscal@acai.example"), ("ACAI/17", "ACAI/12")),
    (mail("ines@gaucha.example"), ("VSG 3301",)),
    (mail("papelaria@maranhao.example"), ("PM-9", "PM-10")),
    (mail("lukasz@zolw.example", "helene@zolw.example"), ("ZAM/2201", "ZAM/2188", "ZAM/2189")),
    (mail("biuro@huta.example"), ("HS-051",)),
    (mail("grazyna@pierogi.example"), ("BABA-3", "BABA-4")),
    (mail("info@krizik.example"), ("OBJ-610",)),
    (mail("vera@stastny.example"), ("NS-1404",)),
    (mail("jiri@stastny.example"), ("NS-1410",)),
    (mail("belen@nandu.example"), ("OC-0091", "OC-0095")),
    (mail("ventas@tango.example"), ("LT-303", "LT-300")),
    (mail("zoe@lefevre.example", failed=("refuse.etienne@lefevre.example",)), ("BC-58",)),
    (mail(deferred=("busy.cave@montagne.example",)), ("CHM-12",)),
    (mail("billets@opera.example"), ("OPB-4", "OPB-5")),
    (mail("biuro@dab.example"), ("Z/1",)),
    (mail("malgorzata@swit.example"), ("Z/2",)),
    (paper("no_address"), ("ZE-1", "ZE-2", "RUZE-2", "OC-7", "Z/3")),
    (paper("refused"), ("OF-77", "OF-78", "PED-35")),
    (review("nakup@krizik.example"), ("COT-4",)),
    (review("compras@silva.com.br.example"), ("COT-5",)),
    (review("marcia@silva.com.br.example"), ("PED-31",)),
    (review("belen@nandu.example"), ("PED-32",)),
    (review("biuro@zolw.example"), ("PED-33",)),
    (review("billets@opera.example"), ("PED-34",)),
    (stays("before the from date"), ("PC-4504", "PC-4505", "VSG 3298", "OPB-1", "PED-19", "Z/0")),
    (stays("draft"), ("PC-4510", "ZAM/2210")),
    (stays("excluded by hand"), ("OBJ-622",)),
    (stays("no rule takes an unmarked quotation"), ("COT-1", "COT-2", "COT-3")),
)
FATES = {ref: fate for fate, refs in OF_DOCUMENTS for ref in refs} | {
    ("PC-4501", "nfe"): mail("nfe@silva.com.br.example"),
    ("PC-4501", "boleto"): mail("tesouraria@silva.com.br.example"),
    # the law asks for the file, whatever they prefer
    ("OF-77", "nfe"): mail("cartorio@ipiranga.example"),
    ("OF-77", "boleto"): paper("refused"),
    ("VSG 3301", "nfe"): stays("issued by somebody else"),
    ("ACAI/17", "boleto"): mail("contato@acai.example"),
}
