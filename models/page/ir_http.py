from werkzeug.routing import BaseConverter

from odoo import models

#: The largest id that PostgreSQL takes
MAX_ID = 2 ** 31 - 1


class IdConverter(BaseConverter):
    """A record's number in the address of a public page; 0, which is nobody's, for what is none.

    Core's ``int`` fails on thousands of digits, takes numbers that PostgreSQL does not, and answers a word with
    another page than a wrong number.
    """

    regex = "[^/]+"

    def to_python(self, value):
        number = int(value) if value.isascii() and value.isdecimal() and len(value) <= len(str(MAX_ID)) else 0
        return number if number <= MAX_ID else 0


class IrHttp(models.AbstractModel):
    """Numbers in the addresses of public pages."""

    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "dispatch_id": IdConverter}
