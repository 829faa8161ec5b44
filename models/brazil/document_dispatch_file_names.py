from odoo import models

from ...tools.brazil import boleto, boleto_checks, our_number


class DocumentDispatchFile(models.Model):
    """Boletos are called what the treasury knows: bank, number there ("nosso número"), instalment, due date."""

    _inherit = "document.dispatch.file"

    def _name_boletos(self):
        """Name these boletos anew: which instalment they are follows the invoice."""
        for file in self.filtered(lambda file: file.kind == "boleto"):
            name = file._boleto_name()
            if name != file.name:
                file.name = name

    def _boleto_name(self):
        """Such as “Itaú 109/00000157 · 2/3 · 30/11/2026”: in the signs of its country, whoever looks."""
        slip = boleto.parse(self.reference).boleto
        if not slip:
            return self.name
        first = " ".join(filter(None, (our_number.bank(slip.bank), our_number.our_number(slip))))
        due = self.due_date and self.due_date.strftime("%d/%m/%Y")
        return " · ".join(filter(None, (first, self._boleto_instalment(slip), due)))

    def _boleto_instalment(self, slip):
        """Which of the invoice's instalments it is, where there are several and it fits one."""
        instalments = sorted(self._get_instalments())
        fitting = [check.params["index"] for check in boleto_checks.check(slip, instalments)
                   if check.code == boleto_checks.INSTALMENT]
        return f"{fitting[0] + 1}/{len(instalments)}" if fitting and len(instalments) > 1 else ""
