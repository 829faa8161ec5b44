import logging

from odoo import SUPERUSER_ID, api
from odoo.addons.document_dispatch.tools.rule import conditions
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Who edits mail templates is decided in Odoo's settings; conditions of rules are domains, no longer code."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    release_templates(env)
    modernise_conditions(env)


def release_templates(env):
    """Managers were template editors by their group, even where Odoo restricts that.

    By default every internal user is one, and stays so; where it is restricted, an administrator gives the group.
    """
    manager = env.ref("document_dispatch.group_dispatch_manager")
    manager.implied_ids -= env.ref("mail.group_mail_template_editor")


def modernise_conditions(env):
    """Say conditions with moving days as Odoo's relative dates.

    A rule whose condition is not understood is switched off, and alarms its managers; the old text stays, so that
    they can read what was meant.
    """
    rules = env["document.dispatch.rule"].with_context(active_test=False).search([])
    # what once stopped a rule that somebody switched off since then is nothing to be alarmed about
    rules.filtered(lambda rule: not rule.active and rule.problem).problem = False
    for rule in rules.filtered("domain"):
        rule = rule.with_context(lang=rule.user_id.lang)
        domain = conditions.modernise(rule.domain, rule.user_id.id)
        if domain == rule.domain:
            continue
        try:
            if domain:
                with env.cr.savepoint():
                    rule.domain = domain
                continue
        except UserError:  # it is a domain, but none of these documents
            rule.invalidate_recordset()
        _logger.warning("The condition of rule %s is code: %s", rule.id, rule.domain)
        rule.write({"active": False, "problem": rule._describe_invalid_condition()})
