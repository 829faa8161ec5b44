"""Whether a kind of document says all that it must: for our own tests, and for those of other modules.

    from odoo.addons.document_dispatch.tests.kinds import assert_dispatch_kind
"""

from odoo import fields


def assert_dispatch_kind(env, model):
    """Raise an ``AssertionError`` that names all that a kind of document lacks.

    What it answers is asked for the documents that are there: a test makes one of each type before.

    :param str model: name of the kind
    """
    documents = env[model]
    assert model in env["document.dispatch"]._get_kinds(), f"{model} does not inherit document.dispatch.mixin"
    faults = list(documents._dispatch_describe_faults())
    types = env["document.dispatch.type"].with_context(active_test=False).search([("model", "=", model)])
    if not types:
        faults.append("it has no document type")
    faults += [
        f"{name} is not watched" for names in documents._dispatch_get_marked_methods().values() for name in names
        if not hasattr(getattr(type(documents), name, None), "dispatch_hook")
    ]
    if documents._dispatch_send_method and not hasattr(documents, documents._dispatch_send_method):
        faults.append(f"there is no {documents._dispatch_send_method} (_dispatch_send_method)")
    faults += [f"there is no field {name} (_dispatch_type_depends)"
               for name in documents._dispatch_type_depends if name.partition(".")[0] not in documents._fields]
    assert not faults, "\n".join(faults)
    codes = types.mapped("code")
    for domain in (documents._dispatch_rule_domain(codes), documents._dispatch_preview_domain(codes),
                   documents._dispatch_wanted_domain(), documents._dispatch_date_domain(fields.Date.today(), "issue"),
                   documents._dispatch_date_domain(fields.Date.today(), "sale")):
        documents.search(domain, limit=1)
    env["document.dispatch.report"].search([("res_model", "=", model)], limit=1).mapped("outcome")
    for document in documents.search([], limit=20):
        if not (code := document._dispatch_type_code()):
            continue
        assert code in codes, f"{document} has a type that is none of {model}: {code}"
        assert document._dispatch_name(), f"{document} has no number"
        assert document._dispatch_partner()._name == "res.partner", f"{document} is not addressed to a partner"
        assert document._dispatch_default_report()._name == "ir.actions.report", f"{document} names no report"
        assert "message_ids" in document._dispatch_thread()._fields, f"the mails of {document} have no chatter"
        document._dispatch_text_values()
        document._dispatch_enclosure()
        document._dispatch_blocking_reason(code)
