"""Who and what there is in the demo companies: tables, of which ``company.py`` makes records."""

from typing import NamedTuple


class Company(NamedTuple):
    """A demo company; ``foreign``: in which other currency customers of a country pay."""

    name: str
    lang: str
    tz: str
    partner: dict
    country: str
    state: str
    currency: str
    #: What a unit of its currency costs in others
    rates: dict
    foreign: dict
    #: Name of the group, per cent
    tax: tuple
    #: Who gets what it rehearses
    supervisor: str
    salesperson: str

    @property
    def domain(self):
        """What the addresses of its people end with."""
        return self.partner["email"].partition("@")[2]


class User(NamedTuple):
    """Who works in a company; the login is the e-mail address, the password the key."""

    key: str
    name: str
    company: str
    group: str
    function: str

    @property
    def email(self):
        """Return the address, which is the login."""
        return f"{self.key}@{COMPANIES[self.company].domain}"


class Contact(NamedTuple):
    """A person or a branch below a customer, with the documents that it receives."""

    name: str
    email: str
    flags: str = ""
    kind: str = "contact"
    lang: str = ""
    active: bool = True
    below: tuple = ()


class Customer(NamedTuple):
    """A customer; the country is that of the language."""

    key: str
    name: str
    lang: str
    #: street, zip, city
    address: tuple
    email: str
    contacts: tuple = ()
    vat: str = ""
    refuses: bool = False
    #: Gets a mail for each address, whatever the company chose
    apart: bool = False
    #: Payment documents go once a week, on this day, with the number that the customer asks for
    collected: tuple = ()
    company: str = "aurora"


class Document(NamedTuple):
    """A document of a customer, found again by the customer's own order number.

    ``customer`` may name a branch after a slash; ``lines`` are keys of products with quantities.
    """

    ref: str
    kind: str
    customer: str
    days_ago: int
    lines: str
    state: str = "posted"
    mark: str = ""


class File(NamedTuple):
    """An NF-e or a boleto on the invoice with this order number."""

    ref: str
    kind: str
    stranger: bool = False


class Rule(NamedTuple):
    """What a company sends by itself when the rule is switched on."""

    name: str
    company: str
    operator: str
    codes: tuple
    delivery: str = "now"


COMPANIES = {
    "aurora": Company(
        name="Aurora Máquinas Ltda", lang="pt_BR", tz="America/Sao_Paulo",
        partner={
            "street": "Av. Paulista 1578", "zip": "01310-200", "city": "São Paulo", "vat": "11.222.333/0001-81",
            "phone": "+55 11 5555-0123", "website": "https://aurora.example.com",
            "email": "invoices@aurora.example.com",
        },
        country="base.br", state="base.state_br_sp", currency="BRL", rates={"EUR": 0.16},
        foreign={"PL": "EUR", "CZ": "EUR", "FR": "EUR"}, tax=("ICMS", 18), supervisor="beatriz@aurora.example.com",
        salesperson="rafael",
    ),
    "vistula": Company(
        name="Vistula Handel Sp. z o.o.", lang="pl_PL", tz="Europe/Warsaw",
        partner={
            "street": "ul. Floriańska 15", "zip": "31-019", "city": "Kraków", "vat": "PL0000000000",
            "email": "faktury@vistula.example",
        },
        country="base.pl", state="", currency="PLN", rates={"EUR": 0.23}, foreign={}, tax=("VAT", 23),
        supervisor="zofia@vistula.example", salesperson="zofia",
    ),
}
USERS = [
    User("beatriz", "Beatriz Nogueira", "aurora", "account.group_account_invoice", "Invoicing clerk"),
    User("rafael", "Rafael Medeiros", "aurora", "sales_team.group_sale_salesman", "Salesperson"),
    User("celia", "Célia Prado", "aurora", "base.group_user", "Plain employee"),
    User("zofia", "Zofia Lis", "vistula", "account.group_account_invoice", "Clerk of the second company"),
]

#: Key → name, price in the company's currency, kind
PRODUCTS = {
    "pump": ("Bomba centrífuga 2 CV", 3180.00, "consu"),
    "motor": ("Motor elétrico trifásico 5 CV", 2749.90, "consu"),
    "hose": ("Mangueira de sucção 10 m", 412.50, "consu"),
    "filter": ("Filtro de linha em aço inox", 689.00, "consu"),
    "valve": ("Válvula de esfera 1½ pol.", 158.75, "consu"),
    "service": ("Instalação e treinamento", 950.00, "service"),
}
#: What stands on each line of a document with very many lines
LINE_OF_LONG, LINES_OF_LONG = "Peça de reposição", 75

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
    ), vat="12.345.678/0001-95"),
    Customer("lucas", "Hospital São Lucas S.A.", "pt_BR", ("Av. Afonso Pena 1212", "30130-003", "Belo Horizonte"),
             "Contas a Pagar <contas@saolucas.example>, financeiro@saolucas.example; NFE@SaoLucas.example"),
    Customer("acai", "Distribuidora Açaí do Pará Ltda", "pt_BR", ("Travessa Padre Eutíquio 88", "66015-000", "Belém"),
             "contato@acai.example", (
        Contact("Conceição Lobão", "fiscal@acai.example", "invoice"),
        Contact("Depósito Icoaraci", "Fiscal@ACAI.example", "invoice"),
    ), vat="04.895.728/0001-80"),
    Customer("gaucha", "Vinícola Serra Gaúcha Ltda", "pt_BR", ("Via Trento 1500", "95700-000", "Bento Gonçalves"),
             "vinicola@gaucha.example", (
        Contact("Aurélio Brandão", "aurelio@gaucha.example", "invoice", active=False),
        Contact("Inês Picolotto", "ines@gaucha.example", "invoice"),
    ), vat="61.198.164/0001-60"),
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
    ), vat="33.000.167/0001-01", refuses=True),
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
             company="vistula"),
    Customer("apteka", "Apteka Świt", "pl_PL", ("ul. Szewska 20", "31-009", "Kraków"), "apteka@swit.example", (
        Contact("Małgorzata Łoś", "malgorzata@swit.example", "invoice"),
    ), collected=("4", "Dostawca 4711"), company="vistula"),
    Customer("kuznia", "Kuźnia Żelazny", "pl_PL", ("ul. Wielicka 71", "30-552", "Kraków"), "", company="vistula"),
]
#: They asked for no more mails
BLACKLIST = ("zdzislaw@pierogi.example", "kavarna@ruze.example")

INVOICE, CREDIT, RECEIPT, ORDER = "out_invoice", "out_refund", "out_receipt", "order"
DOCUMENTS = [
    Document("PC-4501", INVOICE, "silva", 0, "pump 2, hose 4, service 1"),
    Document("PC-4502", INVOICE, "silva", 3, "valve 24"),
    Document("PC-4503", INVOICE, "silva", 21, "motor 1"),
    Document("PC-4504", INVOICE, "silva", 22, "filter 6"),
    Document("PC-4505", INVOICE, "silva", 45, "service 2"),
    Document("PC-4506", INVOICE, "silva/Filial Campinas", 1, "pump 1"),
    Document("PC-4507", INVOICE, "silva/Filial Campinas", 9, "hose 12, valve 12"),
    Document("HSL-880", INVOICE, "lucas", 0, "long"),
    Document("HSL-871", INVOICE, "lucas", 12, "filter 10, service 1"),
    Document("HSL-872", CREDIT, "lucas", 5, "filter 2"),
    Document("ACAI/17", INVOICE, "acai", 2, "pump 3"),
    Document("ACAI/12", INVOICE, "acai", 14, "motor 2, valve 8"),
    Document("VSG 3301", INVOICE, "gaucha", 4, "pump 1, filter 4"),
    Document("VSG 3298", INVOICE, "gaucha", 30, "hose 3"),
    Document("PM-9", INVOICE, "papel", 6, "valve 2"),
    Document("PM-10", RECEIPT, "papel", 0, "valve 1"),
    Document("ZE-1", INVOICE, "oficina", 8, "motor 1"),
    Document("ZE-2", INVOICE, "oficina", 0, "valve 6"),
    Document("OF-77", INVOICE, "cartorio", 7, "service 3"),
    Document("OF-78", CREDIT, "cartorio", 2, "service 1"),
    Document("ZAM/2201", INVOICE, "zolw", 0, "pump 10"),
    Document("ZAM/2188", INVOICE, "zolw", 10, "motor 4, service 1"),
    Document("ZAM/2189", CREDIT, "zolw", 6, "motor 1"),
    Document("HS-051", INVOICE, "huta", 11, "filter 40"),
    Document("BABA-3", INVOICE, "pierogi", 13, "hose 1"),
    Document("BABA-4", INVOICE, "pierogi", 0, "valve 3"),
    Document("OBJ-610", INVOICE, "krizik", 15, "motor 6"),
    Document("OBJ-622", INVOICE, "krizik", 1, "motor 2", mark="excluded"),
    Document("NS-1404", INVOICE, "stastny", 16, "service 2"),
    Document("NS-1410", INVOICE, "stastny/Fakturační adresa Brno", 3, "pump 1"),
    Document("RUZE-2", INVOICE, "kavarna", 17, "filter 1"),
    Document("OC-0091", INVOICE, "nandu", 18, "pump 4, hose 8"),
    Document("OC-0095", INVOICE, "nandu", 0, "valve 30"),
    Document("OC-7", INVOICE, "pampa", 5, "motor 3"),
    Document("LT-303", INVOICE, "tango/Sucursal Córdoba", 2, "service 1"),
    Document("LT-300", INVOICE, "tango", 19, "filter 2"),
    Document("BC-58", INVOICE, "lefevre", 4, "pump 1, service 1"),
    Document("CHM-12", INVOICE, "chateau", 9, "hose 20, valve 20"),
    Document("OPB-4", INVOICE, "opera", 20, "motor 1"),
    Document("OPB-5", CREDIT, "opera", 1, "motor 1"),
    Document("OPB-1", INVOICE, "opera", 60, "pump 2"),
    Document("PC-4510", INVOICE, "silva", 0, "pump 1", state="draft"),
    Document("ZAM/2210", INVOICE, "zolw", 0, "motor 1", state="draft"),
    Document("COT-1", ORDER, "silva", 0, "pump 5, service 1", state="draft"),
    Document("COT-2", ORDER, "zolw", 1, "motor 8", state="draft"),
    Document("COT-3", ORDER, "lefevre", 2, "filter 12", state="draft"),
    Document("COT-4", ORDER, "krizik", 0, "hose 50", state="draft", mark="to_send"),
    Document("COT-5", ORDER, "silva", 0, "valve 90", state="draft", mark="to_send"),
    Document("PED-31", ORDER, "silva", 0, "pump 2", state="sale"),
    Document("PED-32", ORDER, "nandu", 1, "valve 30, hose 2", state="sale"),
    Document("PED-33", ORDER, "zolw", 3, "pump 10", state="sale"),
    Document("PED-34", ORDER, "opera", 5, "motor 1", state="sale"),
    Document("PED-35", ORDER, "cartorio", 2, "service 3", state="sale"),
    Document("PED-19", ORDER, "chateau", 35, "hose 20", state="sale"),
    Document("Z/1", INVOICE, "sklep", 1, "filter 2"),
    Document("Z/2", INVOICE, "apteka", 0, "hose 1"),
    Document("Z/3", INVOICE, "kuznia", 2, "motor 1"),
    Document("Z/0", INVOICE, "sklep", 33, "pump 1"),
]
#: What the fiscal program and the bank left on invoices
NFE, BOLETO = "nfe", "boleto"
FILES = [
    File("PC-4501", NFE),
    File("PC-4501", BOLETO),
    File("OF-77", NFE),
    File("OF-77", BOLETO),
    File("VSG 3301", NFE, stranger=True),
    File("ACAI/17", BOLETO),
]

#: The rules take documents of so many days ago, and younger ones
DAYS_OF_RULE = 21
INVOICES = ("invoice", "credit_note", "receipt")
RULES = [
    Rule("Invoices of the day", "aurora", "beatriz", INVOICES),
    Rule("NF-e and boletos", "aurora", "beatriz", ("nfe", "nfe_event", "boleto")),
    Rule("Quotations and orders, after a look", "aurora", "rafael", ("quotation", "order"), "review"),
    Rule("Payment reminders", "aurora", "beatriz", ("reminder",)),
    Rule("Faktury dnia", "vistula", "zofia", INVOICES),
]
