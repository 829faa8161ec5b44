"""What people see before they install: the app's page, and the figures on it."""

import re
import unittest
from pathlib import Path

from lxml import etree, html

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "static" / "description"
PAGE = html.fragment_fromstring((FOLDER / "index.html").read_text(encoding="utf-8"))
MOST_BYTES = 150_000


class TestDescription(unittest.TestCase):
    def test_pictures_are_there_and_small(self):
        names = [image.get("src") for image in PAGE.iter("img")]
        self.assertGreater(len(names), 8)
        for name in names:
            with self.subTest(name):
                self.assertLess((FOLDER / name).stat().st_size, MOST_BYTES)

    def test_no_picture_is_left_over(self):
        used = {image.get("src") for image in PAGE.iter("img")}
        self.assertEqual({path.name for path in FOLDER.glob("*.png")} - used, set())

    def test_nothing_from_elsewhere(self):
        """Odoo's Apps page takes scripts and forms out; what is left must stand for itself."""
        self.assertFalse(list(PAGE.iter("script", "iframe", "form", "link", "style", "svg")))
        text = etree.tostring(PAGE, encoding="unicode")
        for word in ("http:", "https:", "//", "javascript:", "onclick"):
            with self.subTest(word):
                self.assertNotIn(word, text)

    def test_pictures_have_words(self):
        for image in PAGE.iter("img"):
            with self.subTest(image.get("src")):
                self.assertTrue(image.get("alt") or image.get("src") == "icon.png")


class TestGuide(unittest.TestCase):
    def test_links_lead_to_chapters(self):
        lines = (ROOT / "doc" / "administrator.md").read_text(encoding="utf-8").splitlines()
        chapters = {line[3:].lower().replace(",", "").replace("'", "").replace(" ", "-")
                    for line in lines if line.startswith("## ")}
        links = [line.rpartition("(#")[2].rstrip(")") for line in lines if "](#" in line]
        self.assertGreater(len(links), 10)
        self.assertEqual(set(links) - chapters, set())


class TestReadme(unittest.TestCase):
    """The README names what there is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (ROOT / "README.md").read_text(encoding="utf-8")

    def test_files(self):
        names = re.findall(r"(?:models|tools|bin|doc|static|\.ci)/[\w/.]*\w", self.text)
        self.assertGreater(len(names), 20)
        for name in sorted(set(names)):
            with self.subTest(name):
                self.assertTrue((ROOT / name).exists())

    def test_models(self):
        source = "".join(path.read_text(encoding="utf-8") for folder in ("models", "wizard", "report")
                         for path in (ROOT / folder).rglob("*.py"))
        names = {name for name in re.findall(r"\bdocument\.[\w.]*\w", self.text) if "_" not in name}
        self.assertGreater(len(names), 8)
        for name in sorted(names):
            with self.subTest(name):
                self.assertIn(f'_name = "{name}"', source)
