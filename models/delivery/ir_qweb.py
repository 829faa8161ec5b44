from lxml import etree

from odoo import models


class CompiledTexts(dict):
    """What was compiled, in the context as ``dispatch_compiled``: a type that no client can send."""


class IrQweb(models.AbstractModel):
    """Texts that are compiled once for many documents."""

    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        """Compile a mail's text once for many documents.

        Core compiles the text of a mail template anew for each record
        (mail.render.mixin._render_template_qweb), which takes longer than to render it.

        Context ``dispatch_compiled``: keeps what was compiled, as long as its owner wants.
        """
        compiled = self.env.context.get("dispatch_compiled")
        if not isinstance(compiled, CompiledTexts) or not isinstance(template, etree._Element):
            return super()._generate_code_uncached(template)
        context = (self.env.context.get(name) for name in self._get_template_cache_keys())
        key = (etree.tostring(template), *context)
        if key not in compiled:
            compiled[key] = super()._generate_code_uncached(template)
        return compiled[key]
