from odoo import api, models
from odoo.tools.translate import LazyTranslate, code_translations

_lt = LazyTranslate(__name__)

#: Here to be translated: “true” and “false” as a spreadsheet writes them
WORDS = (_lt("yes"), _lt("no"), _lt("true"), _lt("false"))


class IrFieldsConverter(models.AbstractModel):
    """“Yes” and “no” in a file, in the words of the installed languages.

    Odoo's own translations leave some out: its Czech “no” is “no”, its Polish “true” is “true”.
    """

    _inherit = "ir.fields.converter"

    @api.model
    def _get_boolean_translations(self, src):
        words = list(super()._get_boolean_translations(src))
        for lang, _name in self.env["res.lang"].get_installed():
            word = code_translations.get_python_translations("document_dispatch", lang).get(src)
            if word and word not in words:
                words.append(word)
        return words
