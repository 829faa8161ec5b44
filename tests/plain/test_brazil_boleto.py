"""Boletos: line and barcode, check digits, dates across the rollover, what is none, instalments of an invoice."""

import io
import random
import re
import unittest
from datetime import date, timedelta
from decimal import Decimal

from hostile import letter
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas
from sampling import LONG, examples

from tools.brazil import boleto, boleto_checks
from tools.brazil.boleto import FIRST_DAY, Boleto, factor_of, find, mod11, parse
from tools.brazil.checks import OK, WARNING
from tools.pdf import child as pdf_child
from tools.pdf.reader import BROKEN, LIMITS, PASSWORD, read_text, read_texts

#: Published examples: line, barcode, value, due date (from the days before it came back in 2025)
KNOWN = (
    ("00190.00009 07777.777009 00087.654182 6 49000000295295", "00196490000002952950000007777777000008765418",
     "2952.95", date(2011, 3, 8)),
    ("00190.50095 40144.816069 06809.350314 3 37370000000100", "00193373700000001000500940144816060680935031",
     "1.00", date(2007, 12, 31)),
    ("03399.07073 07700.000123 34567.901029 5 54020000295295", "03395540200002952959070707700000123456790102",
     "2952.95", date(2012, 7, 22)),
    ("10498.01952 25086.156582 70000.004146 1 53880000295295", "10491538800002952958019525086156587000000414",
     "2952.95", date(2012, 7, 8)),
    ("23790.27804 60000.212559 25003.923205 4 48690000828000", "23794486900008280000278060000212552500392320",
     "8280.00", date(2011, 2, 5)),
    ("34191.09008 00015.710296 30132.800001 9 43950000002980", "34199439500000029801090000015710293013280000",
     "29.80", date(2009, 10, 19)),
    ("34191.10121 34567.880058 71234.570001 6 16670000012345", "34196166700000123451101234567880057123457000",
     "123.45", date(2002, 5, 1)),
    ("74891.11620 10010.030699 66828.191081 7 81680009301578", "74897816800093015781116210010030696682819108",
     "93015.78", date(2020, 2, 17)),
    ("75691.30698 01015.385006 20321.010017 9 75350000157575", "75699753500001575751306901015385002032101001",
     "1575.75", date(2018, 5, 25)),
)
LINE, BARCODE = KNOWN[4][:2]
DIGITS = re.sub("[^0-9]", "", LINE)
UTILITY = "84670000001-7 43590024020-9 02405000243-5 84221010811-9"


def make(bank="341", free="1" * 25, due=date(2026, 12, 20), amount="750.00"):
    """A boleto of these values."""
    factor, cents = factor_of(due) if due else 0, int(Decimal(amount or 0) * 100)
    rest = f"{factor:04}{cents:010}{free}"
    return Boleto(f"{bank}9{mod11(f'{bank}9{rest}')}{rest}")


def some(count):
    """Boletos of any value, as the rules allow them."""
    dice = random.Random(47)
    for _ in range(count):
        free = "".join(dice.choices("0123456789", k=25))
        due = date(2000, 7, 3) + timedelta(dice.randrange(18_000)) if dice.random() < 0.9 else None
        yield make(f"{dice.randrange(1, 800):03}", free, due, Decimal(dice.randrange(10**10)) / 100)


def pdf(*lines, password=None):
    """A PDF with these lines, each on a page of its own."""
    if password is None:
        return letter(*lines)
    writer, target = PdfWriter(clone_from=PdfReader(io.BytesIO(letter(*lines)))), io.BytesIO()
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(target)
    return target.getvalue()


class TestBoleto(unittest.TestCase):
    def test_known(self):
        for line, barcode, amount, due in KNOWN:
            with self.subTest(line):
                found = parse(line).boleto
                self.assertEqual(parse(barcode).boleto, found)
                self.assertEqual((found.barcode, found.printed), (barcode, line))
                self.assertEqual((found.bank, found.amount), (line[:3], Decimal(amount)))
                self.assertEqual(found.due_date(due), due)

    def test_there_and_back(self):
        for made in some(examples(10_000)):
            read = boleto.from_line(made.line)
            if read.boleto != made or read.boleto.line != made.line:
                self.fail(made)

    def test_absent(self):
        self.assertIsNone(make(amount=None).amount)
        self.assertIsNone(make(due=None).due_date(date(2026, 11, 25)))

    def test_each_wrong_digit(self):
        """Found, but where the rule gives the same check digit to both: remainders 0, 1 and 10 of value and date."""
        unseen = 0
        for made in some(examples(200)):
            line = made.line
            for place, digit in ((place, digit) for place in range(47) for digit in "0123456789"):
                if digit == line[place]:
                    continue
                wrong = line[:place] + digit + line[place + 1:]
                if boleto.from_line(wrong).boleto:
                    self.assertGreaterEqual(place, 33)
                    self.assertEqual(line[32], "1")
                    unseen += 1
        if LONG:  # a share of few says nothing
            self.assertLess(unseen / (200 * 14 * 9), 0.08)

    def test_which_field(self):
        for place, fields in ((2, (1, 4)), (9, (1,)), (15, (2, 4)), (20, (2,)), (31, (3,)), (32, (4,)), (40, (4,))):
            with self.subTest(place=place):
                wrong = DIGITS[:place] + str((int(DIGITS[place]) + 1) % 10) + DIGITS[place + 1:]
                reading = boleto.from_line(wrong)
                self.assertEqual((reading.problem, reading.params), (boleto.CHECK_DIGIT, {"fields": fields}))


class TestDates(unittest.TestCase):
    def test_each_day(self):
        """From the first factor on, seen from any day of the window. Factor 0 means no date, so 1997-10-07 has none."""
        self.assertIsNone(make(due=FIRST_DAY).due_date(FIRST_DAY))
        for days in range(1, (date(2049, 12, 31) - FIRST_DAY).days + 1):
            due = FIRST_DAY + timedelta(days)
            made = Boleto(f"34191{factor_of(due):04}{0:035}")
            for ahead in (-5999, -365, 0, 30, 3000):
                if made.due_date(due + timedelta(ahead)) != due:
                    self.fail(f"{due} from {ahead} days after")

    def test_rollover(self):
        last, first = date(2025, 2, 21), date(2025, 2, 22)
        self.assertEqual((factor_of(last), factor_of(first)), (9999, 1000))
        for today in (date(2024, 11, 1), last, first, date(2026, 11, 25), date(2033, 5, 1)):
            with self.subTest(today=today):
                self.assertEqual(make(due=last).due_date(today), last)
                self.assertEqual(make(due=first).due_date(today), first)

    def test_old_ones_stay_old(self):
        """A boleto of 2000 and one of 2025 look the same; one of 1999 never came back."""
        self.assertEqual(make(due=date(2000, 7, 3)).due_date(date(2026, 11, 25)), date(2025, 2, 22))
        self.assertEqual(make(due=date(1999, 7, 3)).due_date(date(2026, 11, 25)), date(1999, 7, 3))


class TestText(unittest.TestCase):
    def test_as_people_write(self):
        for text in (
            LINE, DIGITS, BARCODE, f"  {LINE}\n", LINE.replace(" ", "\n"), LINE.replace(".", " "), " ".join(LINE),
            LINE.replace(" ", "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"), LINE.replace(" ", " - "),
            f"Linha digitável: {LINE} (vence 05/02/2011)", f"237-2{LINE}", f"237-2 | {LINE}2",
            f"Boleto 2 de 3\n{LINE}\nR$ 8.280,00", " ".join(BARCODE[place:place + 4] for place in range(0, 44, 4)),
        ):
            with self.subTest(text):
                self.assertEqual(parse(text), boleto.Reading(Boleto(BARCODE)))

    def test_none(self):
        for text, problem, params in (
            ("", boleto.EMPTY, {}), (None, boleto.EMPTY, {}), ("sem boleto", boleto.EMPTY, {}),
            ("٠" * 47, boleto.EMPTY, {}),
            (DIGITS[:-1], boleto.LENGTH, {"length": 46}), ("0" * 48, boleto.LENGTH, {"length": 48}),
            ("1", boleto.LENGTH, {"length": 1}), ("1" * 900_000, boleto.LENGTH, {"length": boleto.MOST_TEXT}),
            (UTILITY, boleto.COLLECTION, {}), ("8" + "1" * 43, boleto.COLLECTION, {}),
            (f"Conta de luz: {UTILITY} até 10/12", boleto.COLLECTION, {}),
            ("2378" + BARCODE[4:], boleto.CURRENCY, {"currency": "8"}),
            (BARCODE[:-1] + "1", boleto.CHECK_DIGIT, {"fields": (4,)}),
            (f"{LINE[:-1]}1", boleto.CHECK_DIGIT, {"fields": (4,)}),
            (f"Linha: {LINE[:-1]}1, pague em dia 5", boleto.CHECK_DIGIT, {"fields": (4,)}),
        ):
            with self.subTest((text or "")[:60]):
                self.assertEqual(parse(text), boleto.Reading(None, problem, params))
        self.assertEqual(boleto.from_line("x").problem, boleto.LENGTH)
        self.assertEqual(boleto.from_barcode("x").problem, boleto.LENGTH)

    def test_no_line_by_chance(self):
        """Numbers in a row, as price lists have them, even where their digits make up a line."""
        self.assertEqual(find(" ".join(DIGITS[place:place + 2] for place in range(0, 47, 2))), [])
        dice = random.Random(3)
        prices = (f"{dice.randrange(10**9)} {dice.randrange(10**4)}.{dice.randrange(100):02}" for _ in range(9999))
        self.assertEqual(find("\n".join(prices)), [])

    def test_find_several(self):
        lines = [line for line, *_rest in KNOWN]
        text = "\n".join(f"001-9|{line}\nCorte aqui\n{line}" for line in lines)
        self.assertEqual([reading.boleto.printed for reading in find(text)], lines)
        self.assertEqual(find("Nota 35180834128745000152550010000474281920007498, R$ 1.500,00"), [])
        self.assertEqual([reading.problem for reading in find(f"{LINE[:-1]}1")], [boleto.CHECK_DIGIT])
        self.assertEqual(len(find(f"{LINE[:-1]}1 {LINE}")), 1, "a right one is what counts")


class TestPdf(unittest.TestCase):
    """Read in a process of its own (:mod:`tools.pdf.reader`)."""

    def find(self, content):
        return find(read_text(content).text)

    def test_found(self):
        lines = [line for line, *_rest in KNOWN]
        self.assertEqual([reading.boleto.printed for reading in self.find(pdf(*lines))], lines)
        self.assertEqual(len(self.find(pdf(LINE, password=""))), 1, "locked against changes only")
        self.assertEqual([reading.problem for reading in self.find(pdf(UTILITY))], [boleto.COLLECTION])

    def test_in_a_form(self):
        """Programs draw a letterhead, or all of a page, as a form; what draws too much is not read, and says so."""
        for text, count, problem in ((LINE, 1, None), (LINE * 20_000, 0, LIMITS)):
            with self.subTest(length=len(text)):
                target = io.BytesIO()
                canvas = Canvas(target)
                canvas.beginForm("boleto")
                canvas.drawString(40, 700, text)
                canvas.endForm()
                canvas.doForm("boleto")
                canvas.save()
                reading = read_text(target.getvalue())
                self.assertEqual((len(find(reading.text)), reading.problem), (count, problem))

    def test_nothing(self):
        """Nothing is found, and where the file was not read to its end there is a reason for that."""
        whole = pdf(LINE)
        files = [
            (pdf("Fatura"), None), (b"", BROKEN), (LINE.encode(), BROKEN), (pdf(LINE, password="1234"), PASSWORD),
            (whole[:300], BROKEN), (b"%PDF-1.7", BROKEN), (whole.replace(b"/Pages", b"/Pegas"), BROKEN),
            (b"%PDF-1.4\n" + b"[" * 100_000, BROKEN), (whole + b" " * 10_000_000, LIMITS), (whole, None),
        ]
        readings = read_texts(content for content, _problem in files)
        for (content, problem), reading in zip(files, readings, strict=True):
            with self.subTest(content[:20], length=len(content)):
                self.assertEqual(reading.problem, problem)
                self.assertEqual(len(find(reading.text)), content == whole)

    def test_pages(self):
        """What was read before a limit stays."""
        content = pdf("Um", "Dois", "Três")
        self.assertEqual(pdf_child.read_text(content)[0].split(), ["Um", "Dois", "Três"])
        self.assertEqual(pdf_child.read_text(content, pages=2)[0].split(), ["Um", "Dois"])


class TestInstalments(unittest.TestCase):
    INSTALMENTS = ((date(2026, 12, 20), 750.0), (date(2027, 1, 20), Decimal("750.00")), (date(2027, 2, 20), 749.99))

    def check(self, instalments=INSTALMENTS, **values):
        return [(check.code, check.result, check.params)
                for check in boleto_checks.check(make(**values), instalments)]

    def test_matches(self):
        for due, amount, index in (
            (date(2026, 12, 20), "750.00", 0), (date(2027, 1, 20), "750.00", 1), (date(2027, 2, 20), "749.99", 2),
        ):
            with self.subTest(index=index):
                self.assertEqual(self.check(due=due, amount=amount), [("instalment", OK, {"index": index})])

    def test_differs(self):
        due, expected = date(2027, 1, 18), date(2027, 1, 20)
        for values, found in (
            ({"due": due}, ("due", WARNING, {"index": 1, "due": due, "expected": expected})),
            ({"due": due, "amount": "749.99"},
             ("due", WARNING, {"index": 2, "due": due, "expected": date(2027, 2, 20)})),
            ({"due": expected, "amount": "75.00"},
             ("amount", WARNING, {"index": 1, "amount": Decimal("75.00"), "expected": Decimal("750.00")})),
            ({"due": due, "amount": "75.00"}, ("unmatched", WARNING, {"due": due, "amount": Decimal("75.00")})),
            ({"due": None, "amount": "75.00"}, ("unmatched", WARNING, {"due": None, "amount": Decimal("75.00")})),
        ):
            with self.subTest(values):
                self.assertEqual(self.check(**values)[-1], found)

    def test_left_open(self):
        for values, found in (
            ({"amount": None}, [("no_amount", WARNING, {}), ("instalment", OK, {"index": 0})]),
            ({"due": None, "amount": "749.99"}, [("no_due", WARNING, {}), ("instalment", OK, {"index": 2})]),
            ({"due": None, "amount": None}, [("no_amount", WARNING, {}), ("no_due", WARNING, {})]),
            ({"instalments": ()}, []),
        ):
            with self.subTest(values):
                self.assertEqual(self.check(**values), found)
        [first, second] = self.check(amount=None, due=date(2026, 12, 21))
        self.assertEqual((first[0], second[0], second[2]["index"]), ("no_amount", "due", 0))
