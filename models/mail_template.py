from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_recipients(self, res_ids, render_fields, **kwargs):
        """Where a document is being sent, the flags say who gets it (core: its default recipients)."""
        results = super()._generate_template_recipients(res_ids, render_fields, **kwargs)
        context = self.env.context
        if not (context.get("mark_so_as_sent") or context.get("dispatch_request")):
            return results
        documents = self.env[self.model].browse(res_ids)
        directory = documents._dispatch_partners()._dispatch_directory()
        for document in documents:
            dispatch_type = document._dispatch_type()
            if not dispatch_type:
                continue
            chosen = directory.resolve(document._dispatch_partner().id, dispatch_type.role).chosen
            partner_ids = list(dict.fromkeys(choice.contact_id for choice in chosen))
            values = {"partner_ids": partner_ids}
            if self.use_default_to:
                values.update(email_to="", email_cc="")
            results[document.id].update(values)
        return results
