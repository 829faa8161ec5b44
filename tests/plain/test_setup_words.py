"""Names, explanations and texts: one word for one idea, in the source and in six languages; reasons beside ``sudo``."""

import ast
import io
import re
import tokenize
import unittest
from collections import defaultdict
from pathlib import Path

import polib
from lxml import etree

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "wizard", "report", "controllers", "tools")
#: Words that are not used in names, comments and docstrings, and what is said instead (doc/glossary.md)
RETIRED = {
    "obstacle": "blocking reason", "rider": "bundled", "lane": "parallel worker",
    "twin": "the other of the same address",
}
#: ``(what is not said to people, where, what is said instead)``: texts in English; no place: everywhere
RETIRED_TEXTS = [
    (r"\b(he|him|his|himself|she|her)\b", None, "they"),
    (r"\brows?\b", None, "dispatch, line, entry"),
    (r"\blanes?\b", None, "parallel workers"),
    (r"\bnobody knows\b|\bnobody is told\b", None, "could not be confirmed"),
    (r"\bneeds? a look\b|\blook(ed|s)? at\b|\blook again\b", None, "needs attention, check, review"),
    (r"\bby (itself|themselves)\b", None, "automatically, separately"),
    (r"\banew\b", None, "again, new"),
    (r"(?<!be )\bchosen\b", None, "selected"),
    (r"\bticks?\b|\bticked\b", None, "flag, select"),
    (r"\bgoes (by|on|with|out|once|when|in|before)\b|\bwent\b|\b(would|may) go\b|\bon its way\b", None, "is sent"),
    (r"\bbecame of\b|\bcame of it\b|\boutcomes?\b", None, "result"),
    (r"\brests?\b", r"delivery|ir_mail_server", "paused"),
    (r"\bcollections?\b", None, "periodic delivery"),
    (r"\bedit(ed)? (the )?letters?\b|\bletters? edited\b", None, "send letters, letter issued"),
    (r"dematerialisation", None, "electronic delivery notice"),
    (r"\bfold(ed)? away\b", None, "dismiss"),
    (r"\busable\b", None, "valid"),
    # the state of Odoo's invoices; what went to the post is another thing
    (r"\bposted\b", r"/paper/", "sent by post"),
    (r"\bpress(es)?\b", None, "click"),
    (r"\b(why this|which|^another) way\b", None, "method"),
    (r"\breaders?\b", None, "recipients"),
    (r"\bmay not\b|\bmust not\b", None, "is not allowed to, cannot"),
    (r"\bfits?\b|\bfitted\b", None, "matches"),
    (r"\bnever arrived\b", None, "not delivered"),
    (r"\bdrawn\b", None, "rendered"),
    (r"\bswitch(ed)? (it )?(on|off)\b", None, "active, inactive, turn on, turn off"),
    (r"\bfrom date\b", None, "start date"),
    (r"\bwhat is known\b|\bwhat contacts tell\b|\bwhat there is to say\b", None, "personal data, found, remarks"),
]
#: In guides; the first everywhere
RETIRED_GUIDES = [
    r"\b(he|him|his|himself)\b", r"\blanes?\b", r"\bneeds a look\b", r"dematerialisation", r"\bfold(ed)? away\b",
    r"\bedit letters\b", r"\bwhat is known\b", r"\bticks?\b|\b(un)?ticked\b", r"\busable\b", r"\banew\b",
    r"\bwhat became of\b",
]
#: Language → ``(what is not said, in the translation of what, what is said instead)``
RETIRED_TRANSLATIONS = {
    "pt_BR": [
        (r"desmaterializa", None, "comunicado de envio eletrônico"),
        (r"\bImpress(o|ões)$", r"^Print", "a postar, lotes de impressão"),
        (r"^Pedido$", r"^(Asked for|Requested)$", "solicitado"),
        (r"\bRecusa e-mail", None, "não aceita envio por e-mail"),
        (r"documentos junto a", None, "documentos com"),
        (r"\bFoi dito\b|\bnada disto\b|documento\(s\)", None, "palavras do usuário"),
    ],
    "pl": [
        (r"\b[Dd]rog(a|ą|ę|i)\b", None, "sposób"),
        (r"\b[Tt]or(y|ów|ach|ze|em|u)?\b", None, "równoległe procesy"),
        (r"\b[Zz]wol(nij|niono|nieniem|nić)\b", r"[Rr]eleas", "zatwierdź do wysyłki"),
        (r"Co z tego wyszło|Co się z tym stało|\bwyszłoby\b", None, "wynik, do wysłania"),
        (r"\bWyszło do\b", None, "wysłano do"),
        (r"\bOdmawiam\b", None, "nie wyrażam zgody na wysyłkę e-mailem"),
        (r"\b[Oo]dbit[aey]\b", None, "niedoręczone"),
        (r"\b[Tt]ecz(ka|ki|kę|ką|ce)\b", None, "kolejka wydruku"),
        (r"\b[Ss]porządź\b", None, "wyślij"),
    ],
    "cs": [
        (r"\b[Dd]ráh(a|y|ou)\b|\bpruh(y|ů)?\b", None, "souběžné procesy"),
        (r"[Dd]ematerializa", None, "oznámení o elektronickém zasílání"),
        (r"\bzásil(ka|ky|ku|ce|kou|ek|kách)\b", r"ollection|eriodic", "souhrnné odeslání"),
    ],
    "es": [
        (r"\b[Cc]arril(es)?\b", None, "procesos en paralelo"),
        (r"desmaterializa", None, "aviso de envío electrónico"),
        (r"\b(otra|esta) vía\b", r"^(Why|Another|Reason|It goes)", "método"),
        (r"documento\(s\)", None, "documentos"),
    ],
    "fr": [
        (r"\b[Nn]on soldée?s?\b", None, "reste dû, à payer, impayées"),
        (r"\bParti à\b|\bPartiraient\b", None, "envoyé à, seraient envoyés"),
        (r"[Àà] valider\b", None, "à relire"),
        (r"\b[Vv]alide[rz]\b", r"[Rr]eleas", "approuver l’envoi"),
        (r"\b[Ss]ortie\b", r"^(Output|Method)", "canal"),
        (r"document\(s\)", None, "documents"),
        (r"[Jj]e refuse l’e-mail", None, "je refuse l’envoi par e-mail"),
        (r"^Impressions?$|^Imprimée?s?$", r"^Print", "lots d’impression, à poster"),
    ],
}
RETIRED_TRANSLATIONS["es_AR"] = RETIRED_TRANSLATIONS["es"]
#: Attributes of XML that people read
READ = {"string", "title", "help", "confirm", "placeholder", "aria-label", "alt"}
#: Fields of data that people read; the texts of mails are not among them
READ_FIELDS = {"name", "help", "comment", "description"}
READ_KEYWORDS = {"string", "help", "selection", "selection_add"}
#: Messages of two and more: for one they name it
COUNTED_FROM_TWO = {"Accepted for %s recipients"}
#: What messages count
COUNTED = {
    "addresses", "contacts", "customers", "days", "dispatches", "documents", "files", "hours", "invoices", "letters",
    "lines", "mails", "minutes", "orders", "pages", "quotations", "recipients", "reminders", "rules", "tries",
}
#: Methods of ``smtplib``, which explains them
EXPLAINED_ELSEWHERE = {"send_message", "sendmail"}


def sources(folders=FOLDERS):
    """Yield the Python files of the addon with their text."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def docstrings(tree):
    """Yield the nodes that have a docstring, each with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            yield node, text


def comments(text):
    """Yield ``(line, comment)``."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names(tree):
    """Yield the names that a module gives."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def parameters(function):
    """Return the names of a function's parameters, without the record itself."""
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
            if argument.arg not in ("self", "cls")]


def texts_of_python():
    """Yield ``(place, text)`` of what Python says to people: messages, names, explanations and choices of fields."""
    for path, source in sources((*FOLDERS, "tools")):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_description":
                yield place, ast.literal_eval(node.value)
            if not isinstance(node, ast.Call):
                continue
            said = ast.unparse(node.func)
            if said in ("_", "env._", "self.env._", "models.Constraint") or said.endswith("env._"):
                yield from ((f"{place}:{node.lineno}", text) for text in constants(node.args))
            elif said.startswith("fields."):
                spoken = [word.value for word in node.keywords if word.arg in READ_KEYWORDS]
                for part in [*spoken, *(node.args if said == "fields.Selection" else ())]:
                    pairs = [pair.elts[1] for pair in ast.walk(part)
                             if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
                    yield from ((f"{place}:{node.lineno}", text) for text in constants(pairs or [part]))


def constants(nodes):
    """Yield the texts that stand among these nodes themselves."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def texts_of_xml():
    """Yield ``(place, text)`` of what views, reports and data show; the texts of mails stand elsewhere."""
    for folder in ("views", "report", "data", "security"):
        for path in sorted((ROOT / folder).rglob("*.xml")):
            place = str(path.relative_to(ROOT))
            for node in etree.parse(path).iter(etree.Element):
                names = READ | ({"name"} if node.tag == "menuitem" else set())
                yield from ((f"{place}:{node.sourceline}", text) for name, text in node.items() if name in names)
                if any(parent.get("name") == "body_html" for parent in (node, *node.iterancestors())):
                    continue
                is_field = node.tag in ("field", "attribute") and not len(node)
                read = node.get("name") in (READ_FIELDS if node.tag == "field" else READ) if is_field else True
                texts = [node.text if read else None, node.tail if folder != "data" else None]
                yield from ((f"{place}:{node.sourceline}", text) for text in texts if text and text.strip())


def translations():
    """Yield ``(language, file)`` of all translations."""
    for path in sorted((ROOT / "i18n").glob("*.po")):
        yield path.stem, polib.pofile(str(path))


def glossary():
    """Return the languages of the glossary's table, and its lines."""
    text = (ROOT / "doc" / "glossary.md").read_text(encoding="utf-8")
    lines = text.partition("## In six languages")[2].partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return ("pt_BR", "pl", "cs", "es", "fr"), cells[2:]


class TestTexts(unittest.TestCase):

    def test_retired_texts(self):
        wrong = []
        texts = [*texts_of_python(), *texts_of_xml()]
        self.assertGreater(len(texts), 2000)
        for place, text in texts:
            for pattern, where, say in RETIRED_TEXTS:
                found = (where is None or re.search(where, place)) and re.search(pattern, text, re.IGNORECASE)
                if found:
                    wrong.append(f"{place}: {found[0]}: say {say}: {' '.join(text.split())[:100]}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_retired_words_in_guides(self):
        """People are they, and what is gone from the screens is gone from the guides; what is new may name what was."""
        wrong = []
        pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "doc").glob("*.md"))]
        pages += [ROOT / "static" / "description" / "index.html"]
        for page in pages:
            text = page.read_text(encoding="utf-8")
            patterns = [RETIRED_GUIDES[0]] if page.name in ("CHANGELOG.md", "glossary.md") else RETIRED_GUIDES
            for pattern in patterns:
                wrong += [f"{page.name}: {found[0]}" for found in re.finditer(pattern, text, re.IGNORECASE)]
        self.assertFalse(wrong)

    def test_retired_translations(self):
        wrong = []
        for language, po in translations():
            for entry in po:
                # mails to customers are written on their own
                if entry.obsolete or any("mail.template,body_html" in place for place, _line in entry.occurrences):
                    continue
                for pattern, of, say in RETIRED_TRANSLATIONS[language]:
                    found = (of is None or re.search(of, entry.msgid)) and re.search(pattern, entry.msgstr)
                    if found:
                        wrong.append(f"{language}: {found[0]}: say {say}: {entry.msgid[:80]!r}: {entry.msgstr[:80]!r}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_translations_use_the_glossary(self):
        languages, lines = glossary()
        self.assertGreater(len(lines), 50)
        known = {language: {entry.msgid: entry.msgstr for entry in po} for language, po in translations()}
        wrong = []
        for english, *terms in lines:
            self.assertEqual(len(terms), len(languages), english)
            for language, term in zip(languages, terms, strict=True):
                said = known[language].get(english)
                if said and said.lower() != term.lower():
                    wrong.append(f"{language}: {english}: {said}, in the glossary {term}")
        self.assertFalse(wrong, "\n".join(wrong))
def messages(tree):
    """Yield what the module says to users: the texts that are handed to ``_()``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("env._") and node.args and isinstance(
                node.args[0], ast.Constant):
            yield node.lineno, node.args[0].value


class TestWords(unittest.TestCase):
    def test_numbers_agree_with_their_nouns(self):
        """A message that counts is right for one, too: “Documents: 1”, or a message of its own for one."""
        counted = re.compile(r"%(?:\((?!most)\w+\))?s (?:more )?([a-z]+s)\b")
        found = defaultdict(set)
        for path, text in sources():
            said = list(messages(ast.parse(text)))
            for line, message in said:
                for noun in counted.findall(message):
                    of_one = counted.sub(f"1 {noun[:-1]}", message, count=1)
                    there = message in COUNTED_FROM_TWO or of_one in (other for _line, other in said)
                    if noun in COUNTED and not there:
                        found[noun].add(f"{path.relative_to(ROOT)}:{line} {message}")
        self.assertFalse(dict(found))

    def test_retired_words(self):
        wrong = []
        words = re.compile(rf"(?:\b|_)({'|'.join(RETIRED)})s?(?:\b|_)", re.IGNORECASE)
        for path, text in sources():
            tree = ast.parse(text)
            said = [*names(tree), *(said for _node, said in docstrings(tree))]
            said += [comment for _line, comment in comments(text)]
            for found in {match[1].lower() for part in said for match in words.finditer(part)}:
                wrong.append(f"{path.relative_to(ROOT)}: {found}: say {RETIRED[found]}")
        self.assertFalse(wrong)

    def test_references_lead_somewhere(self):
        """What a docstring or a comment names of ``tools`` is there."""
        wrong = []
        for path, text in sources((*FOLDERS, "tests")):
            for name in set(re.findall(r":\w+:`tools\.([\w.]+)`", text)):
                parts, folder = name.split("."), ROOT / "tools"
                while parts and (folder / parts[0]).is_dir():
                    folder /= parts.pop(0)
                module = folder / f"{parts[0]}.py" if parts else folder / "__init__.py"
                there = set(names(ast.parse(module.read_text(encoding="utf-8")))) if module.exists() else ()
                if not module.exists() or len(parts) > 1 and parts[1] not in there:
                    wrong.append(f"{path.relative_to(ROOT)}: tools.{name}")
        self.assertFalse(wrong)

    def test_parameters_are_explained(self):
        """Three parameters or more, and a docstring: it says what each means. Extensions of Odoo's methods need not."""
        wrong = []
        for path, text in sources(("models", "wizard", "report", "tools")):
            for node, said in docstrings(ast.parse(text)):
                if not isinstance(node, ast.FunctionDef) or node.name in EXPLAINED_ELSEWHERE:
                    continue
                helper = node.name.startswith("_") and "tools" in path.parts
                extends = "super()" in ast.unparse(node)
                explained = re.search(":param|:meth:|:func:", said)
                if len(parameters(node)) > 2 and not (helper or extends or explained):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        self.assertFalse(wrong)

    def test_each_sudo_has_its_reason(self):
        """In a comment beside it or above it, or in the docstring above."""
        wrong = []
        for path, text in sources(("models", "wizard", "controllers", "report")):
            lines = text.splitlines()
            reasons = {line for line, comment in comments(text) if re.search("sudo|superuser", comment, re.IGNORECASE)}
            for node, said in docstrings(ast.parse(text)):
                if "sudo: " in said:
                    reasons.add(node.body[0].end_lineno)
            for number, line in enumerate(lines, start=1):
                if re.search(r"\.sudo\(\)|su=True", line.partition("#")[0]) and not reasons & set(
                    range(number - 3, number + 1)
                ):
                    wrong.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
        self.assertFalse(wrong)

    def test_one_name_one_method(self):
        """What stands in several files of one model under one name is one method: it takes the same parameters."""
        methods = defaultdict(set)
        for path, text in sources(("models", "wizard")):
            for owner in ast.parse(text).body:
                for method in owner.body if isinstance(owner, ast.ClassDef) else ():
                    if isinstance(method, ast.FunctionDef) and not method.args.vararg:
                        methods[owner.name, method.name].add((ast.unparse(method.args), str(path.relative_to(ROOT))))
        wrong = [(name, sorted(found)) for name, found in methods.items() if len({taken for taken, _ in found}) > 1]
        self.assertFalse(wrong)
