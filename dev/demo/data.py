"""The demo company's customers and documents, each document with the fate that it must have.

The fates are written by hand from the rules of choice: the flagged contacts at or below the document's own address
win, then those of the whole company, then the general address; a refusal wins over every flag. They are never
computed, so that they can prove the addon wrong.
"""

from dataclasses import dataclass

# The rules take documents of so many days ago, and younger ones.
DAYS_OF_RULE = 21
AURORA, VISTULA = "Aurora Equipamentos Ltda", "Vistula Handel Sp. z o.o."
# In which currency customers of a country pay.
CURRENCIES = {"BR": "BRL", "AR": "BRL", "PL": "EUR", "CZ": "EUR", "FR": "EUR"}
LINE_OF_LONG = "Peça de reposição"

LOGINS = [
    ("administrator", "admin", "admin"),
    ("invoicing clerk", "beatriz", "beatriz"),
    ("sales person", "rafael", "rafael"),
    ("plain employee", "celia", "celia"),
    ("clerk of the second company", "zofia", "zofia"),
]


@dataclass(frozen=True)
class Contact:
    """A person or a branch below a customer, with the flags that it carries."""

    name: str
    email: str
    flags: str = ""
    kind: str = "contact"
    lang: str = ""
    active: bool = True
    below: tuple = ()


@dataclass(frozen=True)
class Customer:
    """A customer; their country is that of their language."""

    key: str
    name: str
    lang: str
    address: tuple
    email: str
    contacts: tuple = ()
    refuses: bool = False
    company: str = AURORA
    #: Gets a mail for each address, whatever the company chose
    apart: bool = False


@dataclass(frozen=True)
class Fate:
    """What must become of a document: by mail, on paper, in review, or nothing, and why."""

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


@dataclass(frozen=True)
class File:
    """An NF-e or a boleto on the invoice of a customer with this order number."""

    ref: str
    kind: str
    customer: str
    fate: Fate
    stranger: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Document:
    """A document of a customer, found again by the customer's own order number.

    ``customer`` may name a branch after a slash; ``lines`` are keys of products with quantities.
    """

    ref: str
    kind: str
    customer: str
    days_ago: int
    lines: str
    fate: Fate
    state: str = "posted"
    mark: str = ""


# Login, name, company, language, groups.
USERS = [
    ("beatriz", "Beatriz Nogueira", AURORA, "pt_BR", ("account.group_account_invoice",)),
    ("rafael", "Rafael Medeiros", AURORA, "pt_BR", ("sales_team.group_sale_salesman",)),
    ("celia", "Célia Prado", AURORA, "pt_BR", ("base.group_user",)),
    ("zofia", "Zofia Lis", VISTULA, "pl_PL", ("account.group_account_invoice",)),
]

# Key, name, price in the company's currency, kind.
PRODUCTS = [
    ("pump", "Bomba centrífuga 2 CV", 3180.00, "consu"),
    ("motor", "Motor elétrico trifásico 5 CV", 2749.90, "consu"),
    ("hose", "Mangueira de sucção 10 m", 412.50, "consu"),
    ("filter", "Filtro de linha em aço inox", 689.00, "consu"),
    ("valve", "Válvula de esfera 1½ pol.", 158.75, "consu"),
    ("service", "Instalação e treinamento", 950.00, "service"),
]

CUSTOMERS = [
    Customer("silva", "Construções Silva & Irmãos Ltda", "pt_BR", ("Rua Augusta 2690", "01412-100", "São Paulo"),
             "contato@silva.com.br.example", (
        Contact("Márcia Conceição", "marcia@silva.com.br.example", "invoice order"),
        Contact("João Araújo", "joao@silva.com.br.example", "invoice"),
        Contact("Tânia Reis", "compras@silva.com.br.example", "quote"),
        Contact("Nota Fiscal Silva", "nfe@silva.com.br.example", "nf"),
        Contact("Tesouraria Silva", "tesouraria@silva.com.br.example", "financial"),
        Contact("Filial Campinas", "campinas@silva.com.br.example", kind="other", below=(
            Contact("Antônio Galvão", "antonio@silva.com.br.example", "invoice"),
        )),
    )),
    Customer("lucas", "Hospital São Lucas S.A.", "pt_BR", ("Av. Afonso Pena 1212", "30130-003", "Belo Horizonte"),
             "Contas a Pagar <contas@saolucas.example>, financeiro@saolucas.example; NFE@SaoLucas.example"),
    Customer("acai", "Distribuidora Açaí do Pará Ltda", "pt_BR", ("Travessa Padre Eutíquio 88", "66015-000", "Belém"),
             "contato@acai.example", (
        Contact("Conceição Lobão", "fiscal@acai.example", "invoice"),
        Contact("Depósito Icoaraci", "Fiscal@ACAI.example", "invoice"),
    )),
    Customer("gaucha", "Vinícola Serra Gaúcha Ltda", "pt_BR", ("Via Trento 1500", "95700-000", "Bento Gonçalves"),
             "vinicola@gaucha.example", (
        Contact("Aurélio Brandão", "aurelio@gaucha.example", "invoice", active=False),
        Contact("Inês Picolotto", "ines@gaucha.example", "invoice"),
    )),
    Customer("papel", "Papelaria Maranhão ME", "pt_BR", ("Rua do Egito 45", "65010-190", "São Luís"),
             "papelaria@maranhao.example", (
        Contact("Hermínia Sá", "herminia@maranhao.example", "invoice", active=False),
    )),
    Customer("oficina", "Oficina do Zé Bragança", "pt_BR", ("Rua da Mooca 777", "03103-000", "São Paulo"), "", (
        Contact("José Bragança", "", "invoice"),
    )),
    Customer("cartorio", "Cartório do Ipiranga", "pt_BR", ("Rua Bom Pastor 31", "04203-000", "São Paulo"),
             "cartorio@ipiranga.example", (
        Contact("Dra. Lúcia Falcão", "lucia@ipiranga.example", "invoice order"),
    ), refuses=True),
    Customer("zolw", "Przedsiębiorstwo Żółw Sp. z o.o.", "pl_PL", ("ul. Długa 12", "80-827", "Gdańsk"),
             "biuro@zolw.example", (
        Contact("Łukasz Wiśniewski", "lukasz@zolw.example", "invoice"),
        Contact("Hélène Garçon", "helene@zolw.example", "invoice", lang="fr_FR"),  # not in a Polish mail
    ), apart=True),
    Customer("huta", "Huta Śląsk S.A.", "pl_PL", ("ul. Żelazna 3", "40-851", "Katowice"), "biuro@huta.example", (
        Contact("Bożena Kądziołka", "ksiegowosc(at)huta.example", "invoice"),
    )),
    Customer("pierogi", "Pierogarnia u Babuni s.c.", "pl_PL", ("ul. Świdnicka 8", "50-066", "Wrocław"),
             "kontakt@pierogi.example", (
        Contact("Zdzisław Gęsiński", "zdzislaw@pierogi.example", "invoice"),
        Contact("Grażyna Żak", "grazyna@pierogi.example", "invoice"),
    )),
    Customer("krizik", "Strojírny Křižík a.s.", "cs_CZ", ("Křimická 14", "318 00", "Plzeň"), "info@krizik.example", (
        Contact("Ondřej Říha", "nakup@krizik.example", "quote"),
    )),
    Customer("stastny", "Nakladatelství Šťastný s.r.o.", "cs_CZ", ("Vodičkova 28", "110 00", "Praha"),
             "info@stastny.example", (
        Contact("Věra Nováková", "vera@stastny.example", "invoice"),
        Contact("Fakturační adresa Brno", "brno@stastny.example", kind="invoice", below=(
            Contact("Jiří Dvořák", "jiri@stastny.example", "invoice"),
        )),
    )),
    Customer("kavarna", "Kavárna U Žluté růže", "cs_CZ", ("Lidická 9", "602 00", "Brno"), "kavarna@ruze.example"),
    Customer("nandu", "Estancia El Ñandú S.A.", "es_AR", ("Ruta 5 km 612", "L6300", "Santa Rosa"),
             "admin@nandu.example", (
        Contact("Belén Agüero", "belen@nandu.example", "invoice order"),
    )),
    Customer("pampa", "Frigorífico La Pampa S.R.L.", "es_AR", ("Av. Spinetto 1103", "L6300", "Santa Rosa"),
             "administracion pampa.example"),
    Customer("tango", "Librería Tango y Compañía", "es_AR", ("Av. Corrientes 1560", "C1042", "Buenos Aires"),
             "ventas@tango.example", (Contact("Sucursal Córdoba", "", kind="other"),)),
    Customer("lefevre", "Boulangerie Lefèvre & Fils SARL", "fr_FR", ("12 rue Mercière", "69002", "Lyon"),
             "contact@lefevre.example", (
        Contact("Zoé Lefèvre", "zoe@lefevre.example", "invoice"),
        Contact("Étienne Forêt", "refuse.etienne@lefevre.example", "invoice"),
    )),
    Customer("chateau", "Château Montagné SAS", "fr_FR", ("3 allée des Chênes", "33330", "Saint-Émilion"),
             "accueil@montagne.example", (
        Contact("François Béranger", "busy.cave@montagne.example", "invoice"),
    )),
    Customer("opera", "Opéra de Besançon", "fr_FR", ("2 place de la Révolution", "25000", "Besançon"),
             "billets@opera.example"),
    Customer("sklep", "Sklep Zielony Dąb", "pl_PL", ("ul. Grodzka 5", "31-006", "Kraków"), "biuro@dab.example",
             company=VISTULA),
    Customer("apteka", "Apteka Świt", "pl_PL", ("ul. Szewska 20", "31-009", "Kraków"), "apteka@swit.example", (
        Contact("Małgorzata Łoś", "malgorzata@swit.example", "invoice"),
    ), company=VISTULA),
    Customer("kuznia", "Kuźnia Żelazny", "pl_PL", ("ul. Wielicka 71", "30-552", "Kraków"), "", company=VISTULA),
]
# On the blacklist: these addresses asked for no more mails.
BLACKLIST = ["zdzislaw@pierogi.example", "kavarna@ruze.example"]

# The flagged people at the company itself; those of its branches get what is addressed there.
SILVA = mail("marcia@silva.com.br.example", "joao@silva.com.br.example")
CAMPINAS = mail("antonio@silva.com.br.example")
LUCAS = mail("contas@saolucas.example", "financeiro@saolucas.example", "nfe@saolucas.example")
ACAI = mail("fiscal@acai.example")
GAUCHA = mail("ines@gaucha.example")
PAPEL = mail("papelaria@maranhao.example")
ZOLW = mail("lukasz@zolw.example", "helene@zolw.example")
HUTA = mail("biuro@huta.example")
PIEROGI = mail("grazyna@pierogi.example")
KRIZIK = mail("info@krizik.example")
STASTNY = mail("vera@stastny.example")
BRNO = mail("jiri@stastny.example")
NANDU = mail("belen@nandu.example")
TANGO = mail("ventas@tango.example")
LEFEVRE = mail("zoe@lefevre.example", failed=("refuse.etienne@lefevre.example",))
CHATEAU = mail(deferred=("busy.cave@montagne.example",))
OPERA = mail("billets@opera.example")
BEFORE = stays("before the start date")
NOT_ASKED = stays("no rule takes an unmarked quotation")

INVOICE, CREDIT, RECEIPT, ORDER = "out_invoice", "out_refund", "out_receipt", "order"
DOCUMENTS = [
    Document("PC-4501", INVOICE, "silva", 0, "pump 2, hose 4, service 1", SILVA),
    Document("PC-4502", INVOICE, "silva", 3, "valve 24", SILVA),
    Document("PC-4503", INVOICE, "silva", 21, "motor 1", SILVA),
    Document("PC-4504", INVOICE, "silva", 22, "filter 6", BEFORE),
    Document("PC-4505", INVOICE, "silva", 45, "service 2", BEFORE),
    Document("PC-4506", INVOICE, "silva/Filial Campinas", 1, "pump 1", CAMPINAS),
    Document("PC-4507", INVOICE, "silva/Filial Campinas", 9, "hose 12, valve 12", CAMPINAS),
    Document("HSL-880", INVOICE, "lucas", 0, "long", LUCAS),
    Document("HSL-871", INVOICE, "lucas", 12, "filter 10, service 1", LUCAS),
    Document("HSL-872", CREDIT, "lucas", 5, "filter 2", LUCAS),
    Document("ACAI/17", INVOICE, "acai", 2, "pump 3", ACAI),
    Document("ACAI/12", INVOICE, "acai", 14, "motor 2, valve 8", ACAI),
    Document("VSG 3301", INVOICE, "gaucha", 4, "pump 1, filter 4", GAUCHA),
    Document("VSG 3298", INVOICE, "gaucha", 30, "hose 3", BEFORE),
    Document("PM-9", INVOICE, "papel", 6, "valve 2", PAPEL),
    Document("PM-10", RECEIPT, "papel", 0, "valve 1", PAPEL),
    Document("ZE-1", INVOICE, "oficina", 8, "motor 1", paper("no_address")),
    Document("ZE-2", INVOICE, "oficina", 0, "valve 6", paper("no_address")),
    Document("OF-77", INVOICE, "cartorio", 7, "service 3", paper("refused")),
    Document("OF-78", CREDIT, "cartorio", 2, "service 1", paper("refused")),
    Document("ZAM/2201", INVOICE, "zolw", 0, "pump 10", ZOLW),
    Document("ZAM/2188", INVOICE, "zolw", 10, "motor 4, service 1", ZOLW),
    Document("ZAM/2189", CREDIT, "zolw", 6, "motor 1", ZOLW),
    Document("HS-051", INVOICE, "huta", 11, "filter 40", HUTA),
    Document("BABA-3", INVOICE, "pierogi", 13, "hose 1", PIEROGI),
    Document("BABA-4", INVOICE, "pierogi", 0, "valve 3", PIEROGI),
    Document("OBJ-610", INVOICE, "krizik", 15, "motor 6", KRIZIK),
    Document("OBJ-622", INVOICE, "krizik", 1, "motor 2", stays("excluded by hand"), mark="excluded"),
    Document("NS-1404", INVOICE, "stastny", 16, "service 2", STASTNY),
    Document("NS-1410", INVOICE, "stastny/Fakturační adresa Brno", 3, "pump 1", BRNO),
    Document("RUZE-2", INVOICE, "kavarna", 17, "filter 1", paper("no_address")),
    Document("OC-0091", INVOICE, "nandu", 18, "pump 4, hose 8", NANDU),
    Document("OC-0095", INVOICE, "nandu", 0, "valve 30", NANDU),
    Document("OC-7", INVOICE, "pampa", 5, "motor 3", paper("no_address")),
    Document("LT-303", INVOICE, "tango/Sucursal Córdoba", 2, "service 1", TANGO),
    Document("LT-300", INVOICE, "tango", 19, "filter 2", TANGO),
    Document("BC-58", INVOICE, "lefevre", 4, "pump 1, service 1", LEFEVRE),
    Document("CHM-12", INVOICE, "chateau", 9, "hose 20, valve 20", CHATEAU),
    Document("OPB-4", INVOICE, "opera", 20, "motor 1", OPERA),
    Document("OPB-5", CREDIT, "opera", 1, "motor 1", OPERA),
    Document("OPB-1", INVOICE, "opera", 60, "pump 2", BEFORE),
    Document("PC-4510", INVOICE, "silva", 0, "pump 1", stays("draft"), state="draft"),
    Document("ZAM/2210", INVOICE, "zolw", 0, "motor 1", stays("draft"), state="draft"),
    Document("COT-1", ORDER, "silva", 0, "pump 5, service 1", NOT_ASKED, state="draft"),
    Document("COT-2", ORDER, "zolw", 1, "motor 8", NOT_ASKED, state="draft"),
    Document("COT-3", ORDER, "lefevre", 2, "filter 12", NOT_ASKED, state="draft"),
    Document("COT-4", ORDER, "krizik", 0, "hose 50", review("nakup@krizik.example"), state="draft", mark="to_send"),
    Document("COT-5", ORDER, "silva", 0, "valve 90", review("compras@silva.com.br.example"), state="draft",
             mark="to_send"),
    Document("PED-31", ORDER, "silva", 0, "pump 2", review("marcia@silva.com.br.example"), state="sale"),
    Document("PED-32", ORDER, "nandu", 1, "valve 30, hose 2", review("belen@nandu.example"), state="sale"),
    Document("PED-33", ORDER, "zolw", 3, "pump 10", review("biuro@zolw.example"), state="sale"),
    Document("PED-34", ORDER, "opera", 5, "motor 1", review("billets@opera.example"), state="sale"),
    Document("PED-35", ORDER, "cartorio", 2, "service 3", paper("refused"), state="sale"),
    Document("PED-19", ORDER, "chateau", 35, "hose 20", BEFORE, state="sale"),
    Document("Z/1", INVOICE, "sklep", 1, "filter 2", mail("biuro@dab.example")),
    Document("Z/2", INVOICE, "apteka", 0, "hose 1", mail("malgorzata@swit.example")),
    Document("Z/3", INVOICE, "kuznia", 2, "motor 1", paper("no_address")),
    Document("Z/0", INVOICE, "sklep", 33, "pump 1", BEFORE),
]

# What the fiscal program and the bank left on invoices, and the customers' numbers that stand in it.
NFE, BOLETO = "nfe", "boleto"
CNPJS = {
    "silva": "12.345.678/0001-95", "cartorio": "33.000.167/0001-01", "gaucha": "61.198.164/0001-60",
    "acai": "04.895.728/0001-80",
}
FILES = [
    File("PC-4501", NFE, "silva", mail("nfe@silva.com.br.example")),
    File("PC-4501", BOLETO, "silva", mail("tesouraria@silva.com.br.example")),
    # the law asks for the file, whatever they prefer
    File("OF-77", NFE, "cartorio", mail("cartorio@ipiranga.example")),
    File("OF-77", BOLETO, "cartorio", paper("refused")),
    File("VSG 3301", NFE, "gaucha", stays("issued by somebody else"), stranger=True),
    File("ACAI/17", BOLETO, "acai", mail("contato@acai.example")),
]
